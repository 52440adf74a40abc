package dev.clasp.transport;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;

/** The names that a certificate is for, as clients ask for them (RFC 6066 section 3). */
final class CertificateNames {

  /** In the list of alternative names (RFC 5280 section 4.2.1.6). */
  private static final int DNS_NAME = 2;

  private CertificateNames() {}

  /** In small letters, perhaps with {@code *} for the first label; the subject if it has none. */
  static Set<String> of(X509Certificate certificate) {
    Set<String> names = new LinkedHashSet<>();
    try {
      Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
      if (alternatives != null) {
        for (List<?> each : alternatives) {
          if (each.getFirst().equals(DNS_NAME)) {
            names.add(canonical(String.valueOf(each.get(1))));
          }
        }
      }
      if (names.isEmpty()) {
        new LdapName(certificate.getSubjectX500Principal().getName())
            .getRdns().stream()
                .filter(part -> part.getType().equalsIgnoreCase("CN"))
                .forEach(part -> names.add(canonical(String.valueOf(part.getValue()))));
      }
    } catch (CertificateParsingException | InvalidNameException e) {
      // Nobody can ask for it by name then; it can still be the first.
    }
    return names;
  }

  /** As names are compared: {@code EXAMPLE.com.} is {@code example.com}. */
  static String canonical(String name) {
    String small = name.toLowerCase(Locale.ROOT);
    return small.endsWith(".") ? small.substring(0, small.length() - 1) : small;
  }
}
