package dev.clasp.cli;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;

/** The names that a certificate is for. */
final class OwnCertificateName {

  private OwnCertificateName() {}

  /** Host names and addresses, in their order. */
  static List<String> of(X509Certificate certificate) {
    try {
      var names = certificate.getSubjectAlternativeNames();
      return names == null
          ? List.of()
          : names.stream().map(name -> String.valueOf(name.get(1))).toList();
    } catch (CertificateParsingException e) {
      return List.of();
    }
  }
}
