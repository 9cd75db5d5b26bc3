// Package upstream hands out the Terraform provider for Docker, which is internal to its own module.
package upstream

import (
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	"github.com/terraform-providers/terraform-provider-docker/internal/provider"
)

// Provider makes the provider; the version is what it tells the Docker engine of itself.
func Provider(version string) *schema.Provider {
	return provider.New(version)()
}
