package dev.clasp.transport;

import io.netty.handler.ssl.NotSslRecordException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says why TLS failed, and what to do, in the words of somebody who wants to connect. */
final class TlsTrouble {

  private static final int DEEPEST = 10;

  private TlsTrouble() {}

  /** To stand behind the URL, with its space or colon. */
  static String explain(Target target, Throwable failure) {
    if (failure instanceof NotSslRecordException) {
      return " does not speak TLS: use "
          + (target.scheme() == Target.Scheme.TLS ? "tcp" : "ws")
          + ":// instead of "
          + target.scheme().text()
          + ", or is this another service?";
    }
    if (caused(failure, CertificateExpiredException.class) != null) {
      return " has a certificate that has expired: it needs a new one";
    }
    if (caused(failure, CertificateNotYetValidException.class) != null) {
      return " has a certificate that is not valid yet: is the clock of this machine right?";
    }
    CertificateException certificate = caused(failure, CertificateException.class);
    if (certificate != null) {
      String text = String.valueOf(certificate.getMessage());
      if (text.contains("the router has the certificate")) {
        return ": the fingerprint is another one: "
            + text
            + ". Somebody may be in between, or the router has a new certificate";
      }
      if (text.contains("No subject alternative") || text.contains("No name matching")) {
        return " has a certificate for another name than "
            + target.host()
            + ": use the name in the certificate, or make one with this name";
      }
      return " has a certificate that is not trusted here: "
          + rootText(failure)
          + ". Name its authority, or the certificate itself (command line: --ca FILE, or"
          + " --fingerprint)";
    }
    if (failure instanceof SSLException) {
      String text = String.valueOf(failure.getMessage());
      if (text.contains("certificate_required") || text.contains("bad_certificate")) {
        return " wants a certificate of the client that it knows (command line: --cert and --key)";
      }
      return ": TLS failed: " + text;
    }
    return ": " + failure.getMessage();
  }

  private static String rootText(Throwable failure) {
    Throwable last = failure;
    for (int i = 0; i < DEEPEST && last.getCause() != null; i++) {
      last = last.getCause();
    }
    return String.valueOf(last.getMessage());
  }

  private static <T extends Throwable> @Nullable T caused(Throwable failure, Class<T> type) {
    Throwable at = failure;
    for (int i = 0; i < DEEPEST && at != null; i++) {
      if (type.isInstance(at)) {
        return type.cast(at);
      }
      at = at.getCause();
    }
    return null;
  }
}
