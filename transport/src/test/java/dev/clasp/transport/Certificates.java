package dev.clasp.transport;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A certificate that nobody trusts by himself, made by the JDK's keytool, also as PEM files.
 *
 * @param pem the certificate
 * @param keyPem its key in PKCS#8
 */
record Certificates(
    SSLContext server, X509Certificate certificate, PrivateKey key, Path pem, Path keyPem) {

  /** For {@code localhost}. */
  static Certificates create(Path folder) throws Exception {
    return create(folder, "test", "EC", "CN=localhost", "-ext", "SAN=dns:localhost");
  }

  /** One that has expired. */
  static Certificates expired(Path folder, String name) throws Exception {
    return create(
        folder,
        "expired-" + name,
        "EC",
        "CN=localhost",
        "-ext",
        "SAN=dns:localhost",
        "-startdate",
        "-10d",
        "-validity",
        "5");
  }

  /** One for {@code localhost} that an authority has signed; the files hold both. */
  static Certificates signed(Path folder) throws Exception {
    Path store = folder.resolve("signed.p12");
    keytool(folder, store, "authority", "EC", "CN=authority", "-ext", "bc:c");
    keytool(
        folder,
        store,
        "test",
        "EC",
        "CN=localhost",
        "-ext",
        "SAN=dns:localhost",
        "-signer",
        "authority");
    return of(folder, "signed", store);
  }

  /**
   * @param name of the files
   * @param algorithm EC, RSA or Ed25519
   * @param more for keytool
   */
  static Certificates create(
      Path folder, String name, String algorithm, String subject, String... more) throws Exception {
    Path store = folder.resolve(name + ".p12");
    keytool(folder, store, "test", algorithm, subject, more);
    return of(folder, name, store);
  }

  private static void keytool(
      Path folder, Path store, String alias, String algorithm, String subject, String... more)
      throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                alias,
                "-keyalg",
                algorithm,
                "-dname",
                subject,
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                "password"));
    command.addAll(List.of(more));
    Process keytool =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("keytool.log").toFile())
            .start();
    if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
      throw new AssertionError("keytool: " + Files.readString(folder.resolve("keytool.log")));
    }
  }

  private static Certificates of(Path folder, String name, Path store) throws Exception {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, "password".toCharArray());
    }
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, "password".toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    Certificate certificate = keys.getCertificate("test");
    PrivateKey key = (PrivateKey) keys.getKey("test", "password".toCharArray());
    return new Certificates(
        context,
        (X509Certificate) certificate,
        key,
        chain(folder.resolve(name + ".pem"), keys.getCertificateChain("test")),
        write(folder.resolve(name + "-key.pem"), "PRIVATE KEY", key.getEncoded()));
  }

  private static Path chain(Path path, Certificate[] chain) throws Exception {
    StringBuilder text = new StringBuilder();
    for (Certificate each : chain) {
      text.append(pem("CERTIFICATE", each.getEncoded()));
    }
    return Files.writeString(path, text);
  }

  static Path write(Path path, String label, byte[] der) throws IOException {
    return Files.writeString(path, pem(label, der));
  }

  static String pem(String label, byte[] der) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END "
        + label
        + "-----\n";
  }

  TlsIdentity identity() {
    return new TlsIdentity(key, List.of(certificate));
  }

  /** Of a server that has it. */
  ServerTls serverTls() {
    return ServerTls.of(
        new ServerTls.Source(pem, keyPem, Optional.empty(), ServerTls.Clients.NOT_ASKED));
  }

  /** Of a client that trusts it. */
  ClientTls trusted() {
    return ClientTls.authorities(pem);
  }
}
