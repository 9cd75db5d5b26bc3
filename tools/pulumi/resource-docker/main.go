// Command pulumi-resource-docker serves the resources of @pulumi/docker to Pulumi, by way of the upstream Terraform
// provider. It is for machines that cannot have the official plugin, and gives the resources the same names and the same
// properties. What the official one adds to the upstream provider, the resource Image, it has not: RemoteImage builds too.
package main

import (
	"encoding/json"
	"strings"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	sdkv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/terraform-providers/terraform-provider-docker/upstream"
)

const name = "docker"

// version is set by the linker: the release of @pulumi/docker that is served.
var version = "0.0.0"

// resources maps Terraform's names to the types of @pulumi/docker.
var resources = map[string]*tfbridge.ResourceInfo{
	"docker_buildx_builder": {Tok: token("BuildxBuilder")},
	"docker_config":         {Tok: token("ServiceConfig")},
	"docker_container": {
		Tok: token("Container"),
		// a name, and a port of the host, can belong to one container only
		DeleteBeforeReplace: true,
		Fields: map[string]*tfbridge.SchemaInfo{
			// lists that keep the singular
			"command":           {Name: "command"},
			"networks_advanced": {Name: "networksAdvanced"},
		},
	},
	"docker_image":          {Tok: token("RemoteImage"), Fields: map[string]*tfbridge.SchemaInfo{"name": {Name: "name"}}},
	"docker_network":        {Tok: token("Network")},
	"docker_plugin":         {Tok: token("Plugin")},
	"docker_registry_image": {Tok: token("RegistryImage")},
	"docker_secret":         {Tok: token("Secret")},
	"docker_service":        {Tok: token("Service")},
	"docker_tag":            {Tok: token("Tag")},
	"docker_volume":         {Tok: token("Volume")},
}

func main() {
	info := tfbridge.ProviderInfo{
		P:       sdkv2.NewProvider(upstream.Provider(version)),
		Name:    name,
		Version: version,
		Config: map[string]*tfbridge.SchemaInfo{
			"host": {Default: &tfbridge.DefaultInfo{
				EnvVars: []string{"DOCKER_HOST"},
				Value:   "unix:///var/run/docker.sock",
			}},
			"registry_auth": {Name: "registryAuth", MaxItemsOne: tfbridge.False()},
		},
		Resources: resources,
	}
	// a resource without a name gets its logical name and random digits
	info.SetAutonaming(255, "-")
	schema, err := json.Marshal(map[string]string{"name": name, "version": version})
	if err != nil {
		panic(err)
	}
	tfbridge.Main(name, version, info, schema)
}

// token is the type of a resource as the SDK spells it: Container → docker:index/container:Container.
func token(resource string) tokens.Type {
	file := strings.ToLower(resource[:1]) + resource[1:]
	return tokens.Type(name + ":index/" + file + ":" + resource)
}
