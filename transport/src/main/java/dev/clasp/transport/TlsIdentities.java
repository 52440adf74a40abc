package dev.clasp.transport;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Certificates of a server, chosen by the name that a client asks for (SNI, RFC 6066 section 3).
 * Immutable.
 */
final class TlsIdentities {

  private final List<TlsIdentity> all;
  private final Map<String, Integer> byName = new HashMap<>();

  /**
   * @param all the first is for those who ask for none of the others, or for nothing
   * @param files where each is from, for messages
   * @throws TlsFileException two are for the same name
   */
  TlsIdentities(List<TlsIdentity> all, List<Path> files) {
    this.all = List.copyOf(all);
    if (all.size() == 1) {
      return;
    }
    for (int i = 0; i < all.size(); i++) {
      for (String name : CertificateNames.of(all.get(i).chain().getFirst())) {
        Integer earlier = byName.put(name, i);
        if (earlier != null) {
          throw new TlsFileException(
              "two certificates are for the name "
                  + name
                  + ": those in "
                  + files.get(earlier)
                  + " and "
                  + files.get(i)
                  + ". Each name can be in one only");
        }
      }
    }
  }

  List<TlsIdentity> all() {
    return all;
  }

  TlsIdentity first() {
    return all.getFirst();
  }

  /**
   * Which one is for a name: the one that has it, else the one with a {@code *} instead of its
   * first label, else the first.
   *
   * @param name empty for nothing
   */
  int indexOf(String name) {
    String asked = CertificateNames.canonical(name);
    Integer exact = byName.get(asked);
    if (exact != null) {
      return exact;
    }
    int dot = asked.indexOf('.');
    return dot < 0 ? 0 : byName.getOrDefault("*" + asked.substring(dot), 0);
  }
}
