package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The chart for Kubernetes and the manifests without it: rendered by Helm itself, and checked
 * against the schemas of Kubernetes. No cluster is asked.
 */
@RealProgram
class ChartTest {

  private static final Path CHART = Installation.root().resolve("deploy/helm/clasp");
  private static final Path MANIFEST = Installation.root().resolve("deploy/k8s/clasp.yaml");

  /** The oldest version that the chart says it is for, and a new one. */
  private static final List<String> VERSIONS = List.of("1.27", "1.34");

  private static final String EVERYTHING =
      """
      image: {digest: "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}
      serverName: Main stage
      extraArgs: ["--max-sessions", "500"]
      extraEnv: [{name: CLASP_LOG, value: debug}]
      javaOptions: -Xlog:gc
      config: |
        server:
          port: 7330
      tls: {existingSecret: clasp-tls}
      quic: {enabled: true}
      persistence: {storageClass: fast, size: 5Gi}
      service: {type: LoadBalancer, annotations: {a: b}, loadBalancerSourceRanges: [192.0.2.0/24]}
      udpService: {annotations: {a: b}}
      ingress: {enabled: true, className: nginx, hosts: [stage.example], tls: [{hosts: [stage.example], secretName: web}]}
      trustedProxies: [10.0.0.0/8]
      health: {port: 7360}
      metrics: {port: 9090}
      networkPolicy: {from: [{podSelector: {matchLabels: {role: desk}}}]}
      podDisruptionBudget: {enabled: true}
      podAnnotations: {a: b}
      podLabels: {a: b}
      nodeSelector: {a: b}
      tolerations: [{key: stage, operator: Exists}]
      affinity: {nodeAffinity: {}}
      priorityClassName: high
      imagePullSecrets: [{name: pull}]
      """;

  @TempDir private Path folder;

  private static TemplateCommand template() {
    return new Helm(CHART)
        .template()
        .withName("clasp")
        .withNamespace("clasp")
        .withKubeVersion(VERSIONS.getLast() + ".0");
  }

  private String render(String values) throws IOException {
    return template()
        .withValuesFile(Files.writeString(folder.resolve("values.yaml"), values))
        .call();
  }

  private void fitsTheSchemas(String manifests) throws IOException {
    Path file = Files.writeString(folder.resolve("manifests.yaml"), manifests);
    for (String version : VERSIONS) {
      Outcome outcome =
          Outcome.of(
              Installation.pythonModule(
                  "kubernetes_validate", "--strict", "-k", version, file.toString()));
      assertThat(outcome.status()).as(outcome.text()).isZero();
      assertThat(outcome.text()).doesNotContain("ERROR").contains("INFO");
    }
  }

  @Test
  void helmFindsNothingToCriticise() {
    LintResult result = new Helm(CHART).lint().strict().call();
    assertThat(result.isFailed()).as(result.getMessages().toString()).isFalse();
    assertThat(result.getMessages()).noneMatch(message -> message.contains("[WARNING]"));
  }

  @Test
  void theSchemasOfKubernetesFindAMistake() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("wrong.yaml"),
            "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {prots: []}\n");
    assertThat(
            Outcome.of(
                    Installation.pythonModule(
                        "kubernetes_validate",
                        "--strict",
                        "-k",
                        VERSIONS.getLast(),
                        file.toString()))
                .status())
        .isNotZero();
  }

  @Test
  void theDefaultsFitTheSchemas() throws IOException {
    String manifests = template().call();
    fitsTheSchemas(manifests);
    assertThat(manifests)
        .contains("replicas: 1\n", "runAsNonRoot: true", "readOnlyRootFilesystem: true")
        .contains("terminationGracePeriodSeconds: 45", "kind: NetworkPolicy", "drop: [ALL]")
        .contains("image: \"clasp:" + Installation.version() + "\"")
        .doesNotContain("preStop:", "HorizontalPodAutoscaler", "kind: Ingress", "allow-open");
  }

  @Test
  void everythingTogetherFitsThemToo() throws IOException {
    String manifests = render(EVERYTHING);
    fitsTheSchemas(manifests);
    assertThat(manifests)
        .contains("kind: Ingress", "kind: PodDisruptionBudget", "kind: ConfigMap")
        .contains("protocol: UDP", "--tls-only", "--quic", "port: health")
        .contains("clasp@sha256:0123456789abcdef");
  }

  @Test
  void withoutAnythingThatIsOptionalItFitsAsWell() throws IOException {
    String manifests =
        render(
            """
            allowOpen: true
            persistence: {enabled: false}
            networkPolicy: {enabled: false}
            serviceAccount: {create: false}
            """);
    fitsTheSchemas(manifests);
    assertThat(manifests)
        .contains("--allow-open", "emptyDir")
        .doesNotContain("tokens", "kind: NetworkPolicy", "volumeClaimTemplates");
  }

  @Test
  void probesSpeakTlsWhereThePortDoes() throws IOException {
    assertThat(render("{tls: {existingSecret: clasp-tls}, health: {port: 0}}"))
        .contains("scheme: HTTPS");
    assertThat(render("health: {port: 0}")).contains("scheme: HTTP\n");
    // Its own port never does.
    assertThat(render("tls: {existingSecret: clasp-tls}"))
        .contains("port: health")
        .doesNotContain("scheme: HTTPS");
  }

  @Test
  void whatNeedsPrometheusIsMadeForIt() throws IOException {
    assertThat(
            render(
                """
                metrics: {port: 9090}
                serviceMonitor: {enabled: true, labels: {release: prometheus}}
                prometheusRule:
                  enabled: true
                  groups: [{name: clasp, rules: [{alert: Down, expr: up == 0}]}]
                """))
        .contains("kind: ServiceMonitor", "kind: PrometheusRule", "release: prometheus");
  }

  @Test
  void whatCannotWorkIsRefusedWithAReason() {
    refuses("quic: {enabled: true}", "quic.enabled needs tls.existingSecret");
    refuses("tokens: {existingSecret: \"\"}", "or allowOpen: true");
    refuses("serviceMonitor: {enabled: true}", "serviceMonitor.enabled needs metrics.port");
    refuses("image: {tag: latest}", "tag");
    refuses("repicas: 3", "repicas");
    refuses("health: {port: 70000}", "port");
  }

  private void refuses(String values, String reason) {
    assertThatThrownBy(() -> render(values)).hasMessageContaining(reason);
  }

  @Test
  void theChartHasTheVersionOfTheProgram() throws IOException {
    assertThat(Files.readString(CHART.resolve("Chart.yaml")))
        .contains("\nversion: " + Installation.version() + "\n")
        .contains("\nappVersion: " + Installation.version() + "\n");
    assertThat(Files.readString(MANIFEST.resolveSibling("kustomization.yaml")))
        .contains("newTag: " + Installation.version() + "\n");
  }

  /**
   * The manifests for those without Helm are what the chart makes of its defaults. With {@code
   * -Dclasp.write-manifests=true} they are written.
   */
  @Test
  void theManifestsWithoutHelmAreThoseOfTheChart() throws IOException {
    String rendered =
        "# Made from the chart in deploy/helm/clasp; ChartTest says how.\n"
            + Arrays.stream(template().call().split("(?m)^---\n"))
                .filter(document -> !document.isBlank() && !document.contains("helm.sh/hook"))
                .map(document -> "---\n" + withoutHelm(document))
                .collect(Collectors.joining());
    if (Boolean.getBoolean("clasp.write-manifests")) {
      Files.writeString(MANIFEST, rendered);
    }
    assertThat(MANIFEST).hasContent(rendered);
    fitsTheSchemas(rendered);
    fitsTheSchemas(Files.readString(MANIFEST.resolveSibling("namespace.yaml")));
  }

  private static String withoutHelm(String document) {
    return document
        .lines()
        .filter(line -> !line.startsWith("# Source:") && !line.contains("managed-by: Helm"))
        .collect(Collectors.joining("\n", "", "\n"));
  }
}
