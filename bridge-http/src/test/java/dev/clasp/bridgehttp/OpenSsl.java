package dev.clasp.bridgehttp;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Signatures as somebody else computes them. */
final class OpenSsl {

  private OpenSsl() {}

  /** HMAC-SHA256 in hexadecimal digits. */
  static String hmac(String secret, String message) throws IOException, InterruptedException {
    Process process;
    try {
      process =
          new ProcessBuilder("openssl", "dgst", "-sha256", "-hmac", secret, "-r")
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      throw new AssertionError("this test needs openssl: apt-get install openssl", e);
    }
    process.getOutputStream().write(message.getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new AssertionError(said);
    }
    return said.split(" ")[0];
  }
}
