// Named as if it lay within the upstream provider: Go lets only such a module see the provider's internal package.
module github.com/terraform-providers/terraform-provider-docker/upstream

go 1.25.0

require (
	github.com/hashicorp/terraform-plugin-sdk/v2 v2.38.0
	github.com/terraform-providers/terraform-provider-docker v0.0.0
)
