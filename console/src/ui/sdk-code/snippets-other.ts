/** The code for servers and apps that do not run JavaScript. */
import {
  GO_NAMES,
  goLiteral,
  kindOf,
  pythonLiteral,
  quoted,
  quotedInKotlin,
  TYPED_NAMES,
  typedLiteral,
  withPoint,
} from "./literals.ts";
import { code, install, keyOf, type Sdk } from "./sdk.ts";

const GO: Sdk = {
  id: "go",
  label: "Go",
  key: "server",
  blocks: (of) => [
    install("go get github.com/open-feature/go-sdk-contrib/providers/ofrep"),
    code(
      `provider := ofrep.NewProvider(${quoted(of.url)}, ofrep.WithBearerToken("${keyOf("server", of)}"))`,
      "openfeature.SetProviderAndWait(provider)",
      'client := openfeature.NewClient("app")',
      `value, _ := client.${GO_NAMES[kindOf(of)]}Value(ctx, ${quoted(of.flag)}, ${withPoint(of, goLiteral(of.fallback))}, openfeature.NewEvaluationContext("user-1", nil))`,
    ),
  ],
};

const JAVA: Sdk = {
  id: "java",
  label: "Java",
  key: "server",
  blocks: (of) => [
    install("dev.openfeature.contrib.providers:ofrep:0.0.2"),
    code(
      "OfrepProviderOptions options = OfrepProviderOptions.builder()",
      `    .baseUrl(${quoted(of.url)})`,
      `    .headers(ImmutableMap.of("Authorization", ImmutableList.of("Bearer ${keyOf("server", of)}")))`,
      "    .build();",
      "OpenFeatureAPI.getInstance().setProviderAndWait(OfrepProvider.constructProvider(options));",
      `var value = OpenFeatureAPI.getInstance().getClient().get${TYPED_NAMES[kindOf(of)]}Value(`,
      `    ${quoted(of.flag)}, ${typedLiteral(of, "new Value(new MutableStructure())")}, new ImmutableContext("user-1"));`,
    ),
  ],
};

const PYTHON: Sdk = {
  id: "python",
  label: "Python",
  key: "server",
  blocks: (of) => [
    install("pip install openfeature-provider-ofrep"),
    code(
      "from openfeature import api",
      "from openfeature.contrib.provider.ofrep import OFREPProvider",
      "from openfeature.evaluation_context import EvaluationContext",
      "",
      "api.set_provider(OFREPProvider(",
      `    ${quoted(of.url)},`,
      `    headers_factory=lambda: {"Authorization": "Bearer ${keyOf("server", of)}"},`,
      "))",
      `value = api.get_client().get_${kindOf(of)}_value(`,
      `    ${quoted(of.flag)}, ${withPoint(of, pythonLiteral(of.fallback))}, EvaluationContext("user-1"))`,
    ),
  ],
};

const DOTNET: Sdk = {
  id: "dotnet",
  label: ".NET",
  key: "server",
  blocks: (of) => [
    install("dotnet add package OpenFeature.Providers.Ofrep"),
    code(
      `var options = new OfrepOptions(${quoted(of.url)})`,
      "{",
      `    Headers = new Dictionary<string, string> { ["Authorization"] = "Bearer ${keyOf("server", of)}" },`,
      "};",
      "await Api.Instance.SetProviderAsync(new OfrepProvider(options));",
      'var context = EvaluationContext.Builder().SetTargetingKey("user-1").Build();',
      `var value = await Api.Instance.GetClient().Get${TYPED_NAMES[kindOf(of)]}ValueAsync(`,
      `    ${quoted(of.flag)}, ${typedLiteral(of, "new Value(Structure.Empty)")}, context);`,
    ),
  ],
};

const SWIFT: Sdk = {
  id: "swift",
  label: "Swift (iOS, macOS)",
  key: "client",
  blocks: (of) => [
    install(
      '.package(url: "https://github.com/open-feature/ofrep-swift-client-provider", from: "0.1.0")\n// and in the target:\n.product(name: "OFREPClientProvider", package: "ofrep-swift-client-provider")',
    ),
    code(
      "import OFREPClientProvider",
      "import OpenFeature",
      "",
      "let options = OfrepProviderOptions(",
      `  endpoint: ${quoted(of.url)}, headers: ["Authorization": "Bearer ${keyOf("client", of)}"])`,
      "OpenFeatureAPI.shared.setProvider(",
      "  provider: OfrepClientProvider(options: options),",
      '  initialContext: MutableContext(targetingKey: "user-1", structure: MutableStructure()))',
      "// When the provider is ready:",
      `let value = OpenFeatureAPI.shared.getClient().get${TYPED_NAMES[kindOf(of)]}Value(`,
      `  key: ${quoted(of.flag)}, defaultValue: ${typedLiteral(of, ".structure([:])")})`,
    ),
  ],
};

const KOTLIN: Sdk = {
  id: "kotlin",
  label: "Kotlin (Android)",
  key: "client",
  blocks: (of) => [
    install('implementation("dev.openfeature.kotlin.contrib.providers:ofrep:0.1.0")'),
    code(
      "import dev.openfeature.kotlin.contrib.providers.ofrep.OfrepProvider",
      "import dev.openfeature.kotlin.contrib.providers.ofrep.bean.OfrepOptions",
      "import dev.openfeature.kotlin.sdk.ImmutableContext",
      "import dev.openfeature.kotlin.sdk.OpenFeatureAPI",
      "",
      "val options = OfrepOptions(",
      `    endpoint = ${quotedInKotlin(of.url)},`,
      `    headers = mapOf("Authorization" to "Bearer ${keyOf("client", of)}"),`,
      ")",
      'OpenFeatureAPI.setEvaluationContext(ImmutableContext(targetingKey = "user-1"))',
      "OpenFeatureAPI.setProviderAndWait(OfrepProvider(options))",
      `val value = OpenFeatureAPI.getClient().get${TYPED_NAMES[kindOf(of)]}Value(`,
      `    ${quotedInKotlin(of.flag)}, ${typedLiteral(of, "Value.Structure(emptyMap())", quotedInKotlin)})`,
    ),
  ],
};

export const OTHER_SDKS: readonly Sdk[] = [GO, JAVA, PYTHON, DOTNET, SWIFT, KOTLIN];
