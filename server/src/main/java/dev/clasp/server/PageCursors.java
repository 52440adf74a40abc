package dev.clasp.server;

import dev.clasp.security.Action;
import dev.clasp.security.Scopes;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where the next page of a dump begins, for readers that may not see the address there: a random
 * name for it. Whoever may read it gets the address itself. Thread-safe.
 */
final class PageCursors {

  /** Names kept; a reader that waits longer begins again. */
  private static final int MAX = 1024;

  private static final int BITS = 128;

  private final SecureRandom random = new SecureRandom();
  private final Map<String, String> addresses =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > MAX;
        }
      };

  /** What to tell this reader of the address. */
  String name(String address, Scopes reader) {
    byte[] b = address.getBytes(StandardCharsets.UTF_8);
    if (reader.permit(Action.READ, b, 0, b.length)) {
      return address;
    }
    String name = new BigInteger(BITS, random).toString(Character.MAX_RADIX);
    synchronized (addresses) {
      addresses.put(name, address);
    }
    return name;
  }

  /**
   * The address behind what a reader was told.
   *
   * @throws IllegalArgumentException it is neither an address nor a name that is still known
   */
  String resolve(String told) {
    if (told.startsWith("/")) {
      return told;
    }
    synchronized (addresses) {
      String address = addresses.get(told);
      if (address == null) {
        throw new IllegalArgumentException(
            "after must be what the page before said under next; begin again without it");
      }
      return address;
    }
  }
}
