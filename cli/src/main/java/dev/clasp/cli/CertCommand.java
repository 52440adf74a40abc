package dev.clasp.cli;

import dev.clasp.security.OwnCertificate;
import dev.clasp.security.OwnCertificate.Request;
import dev.clasp.security.OwnCertificate.Use;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code clasp cert}: a certificate for the router, or for a client. */
@Command(
    name = "cert",
    description = {
      "Make a certificate for TLS that vouches for itself.",
      "",
      "For a router that programs of yours connect to: give them the certificate or its fingerprint."
          + " Browsers warn of such a certificate until you tell them to trust it; for pages that"
          + " the public opens, use one of a public authority instead.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp cert                                 for this machine, into this folder",
      "  clasp server --tls-cert clasp-cert.pem --tls-key clasp-key.pem",
      "  clasp watch --ca clasp-cert.pem -s wss://localhost:7330 '/**'",
      "  clasp cert --for stage.example --for 10.0.0.7",
      "  clasp cert --client desk                   desk-cert.pem and desk-key.pem, for a client",
      "  clasp cert --show clasp-cert.pem",
    })
final class CertCommand implements Callable<Integer> {

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--for",
      paramLabel = "NAME",
      description =
          "A host name or IP address that clients call the router by; may be repeated (default:"
              + " localhost and the names and addresses of this machine).")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--client",
      paramLabel = "NAME",
      description = "Make one for a client of this name, for routers that ask for one.")
  private @Nullable String client;

  @Option(
      names = "--days",
      paramLabel = "N",
      description = "How long it is valid, 1 to 3650 days (default: ${DEFAULT-VALUE}).")
  private int days = 825;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FOLDER",
      description = "Where to write the two files (default: here).")
  private Path folder = Path.of("");

  @Option(names = "--force", description = "Write over files that are there.")
  private boolean force;

  @Option(
      names = "--show",
      paramLabel = "FILE",
      description = "Show a certificate instead of making one.")
  private @Nullable Path show;

  CertCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    if (show != null) {
      X509Certificate found = TlsOptions.certificate(show);
      describe(found, OwnCertificateName.of(found), null, null);
      return ExitStatus.OK;
    }
    Request request = request();
    String base = client == null ? "clasp" : client.replaceAll("[^A-Za-z0-9._-]", "_");
    Path certificate = folder.resolve(base + "-cert.pem");
    Path key = folder.resolve(base + "-key.pem");
    refuseToReplace(certificate);
    refuseToReplace(key);
    OwnCertificate made =
        OwnCertificate.make(request, clasp.terminal().clock().instant(), new SecureRandom());
    try (SecretFile file = SecretFile.open(key)) {
      file.write(made.keyPem());
    }
    try {
      Files.writeString(certificate, made.certificatePem());
    } catch (IOException e) {
      throw new CommandException(
          ExitStatus.FAILURE, "cannot write " + certificate + ": " + e.getMessage(), e);
    }
    describe(made.certificate(), request.names(), certificate, key);
    return ExitStatus.OK;
  }

  private Request request() {
    try {
      String subject = client != null ? client : names.isEmpty() ? hostName() : names.getFirst();
      return new Request(
          client == null ? Use.SERVER : Use.CLIENT,
          subject,
          client == null && names.isEmpty() ? ofThisMachine() : names,
          Duration.ofDays(days));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(), Printable.escape(String.valueOf(e.getMessage())));
    }
  }

  private void refuseToReplace(Path file) {
    if (!force && Files.exists(file)) {
      throw new CommandException(
          ExitStatus.FAILURE,
          "there is a file "
              + Printable.escape(file.toString())
              + " already: whoever trusts it would not trust a new one. Choose another folder with"
              + " --out, or replace it with --force");
    }
  }

  private static String hostName() {
    try {
      String name = InetAddress.getLocalHost().getHostName();
      return name.matches("[A-Za-z0-9._-]{1,64}") ? name : "localhost";
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  /** What others may call this machine by. */
  private static List<String> ofThisMachine() {
    Set<String> all = new LinkedHashSet<>(List.of("localhost"));
    String name = hostName();
    if (!OwnCertificate.isAddress(name)) {
      all.add(name);
      if (!name.contains(".")) {
        // Its name in mDNS.
        all.add(name + ".local");
      }
    }
    all.add("127.0.0.1");
    all.add("::1");
    try {
      for (NetworkInterface card : Collections.list(NetworkInterface.getNetworkInterfaces())) {
        if (card.isUp() && !card.isLoopback()) {
          card.inetAddresses()
              .filter(address -> !address.isLinkLocalAddress())
              .forEach(address ->
                  all.add(
                      address
                          .getHostAddress()
                          .replaceFirst("%.*", "")
                          .replaceFirst("(^|:)0(:0)+(:|$)", "::")));
        }
      }
    } catch (IOException e) {
      // Then without them.
    }
    return List.copyOf(all);
  }

  private void describe(
      X509Certificate found,
      List<String> forNames,
      @Nullable Path certificate,
      @Nullable Path key) {
    String fingerprint = OwnCertificate.fingerprint(found);
    if (clasp.json()) {
      JsonLine line = new JsonLine();
      if (certificate != null && key != null) {
        line.put("certificate", certificate.toString()).put("key", key.toString());
      }
      clasp
          .terminal()
          .out()
          .println(
              line.put("fingerprint", fingerprint)
                  .put("subject", found.getSubjectX500Principal().getName())
                  .put("names", forNames)
                  .put("notAfter", found.getNotAfter().toInstant().toString())
                  .end());
      return;
    }
    var out = clasp.terminal().out();
    if (certificate != null && key != null) {
      out.println("Certificate: " + Printable.escape(certificate.toString()));
      out.println("Key:         " + Printable.escape(key.toString()) + " (keep it to yourself)");
    } else {
      out.println("Subject:     " + Printable.escape(found.getSubjectX500Principal().getName()));
    }
    if (!forNames.isEmpty()) {
      out.println("For:         " + Printable.escape(String.join(", ", forNames)));
    }
    out.println("Valid until: " + found.getNotAfter().toInstant());
    out.println("SHA-256:     " + fingerprint);
    if (certificate != null && key != null) {
      out.println();
      out.println(
          client == null
              ? "Router: clasp server --tls-cert " + certificate + " --tls-key " + key
              : "Router: clasp server ... --client-ca " + certificate);
      out.println(
          client == null
              ? "Client: clasp watch --ca " + certificate + " -s wss://localhost:7330 '/**'"
              : "Client: clasp watch --cert " + certificate + " --key " + key + " ...");
    }
  }
}
