package dev.clasp.webrtc;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A server that helps to find a way through address translation: STUN tells a peer its public
 * address, TURN carries the data where there is no other way.
 *
 * @param urls of the same server: {@code stun:host:port}, {@code turn:host:port} or {@code
 *     turns:host:port}, each with {@code ?transport=udp} or {@code tcp} if wanted
 * @param login for TURN
 */
public record IceServer(List<String> urls, Optional<Login> login) {

  /** Of a TURN server. The password is in no text. */
  public record Login(String user, String password) {
    @Override
    public String toString() {
      return user;
    }
  }

  private static final List<String> SCHEMES = List.of("stun:", "stuns:", "turn:", "turns:");
  private static final int MAX_URL = 512;

  /**
   * @throws PeerException of kind INVALID with a sentence for the user
   */
  public IceServer {
    urls = List.copyOf(urls);
    if (urls.isEmpty()) {
      throw new PeerException(PeerException.Kind.INVALID, "an ICE server needs a URL");
    }
    for (String url : urls) {
      check(url, login.isPresent());
    }
  }

  private static void check(String url, boolean hasLogin) {
    String lower = url.toLowerCase(Locale.ROOT);
    boolean known =
        SCHEMES.stream().anyMatch(s -> lower.startsWith(s) && url.length() > s.length());
    boolean plain = url.chars().allMatch(c -> c > ' ' && c < 0x7F);
    if (!known || !plain || url.length() > MAX_URL) {
      throw new PeerException(
          PeerException.Kind.INVALID,
          "an ICE server is stun:HOST:PORT, turn:HOST:PORT or turns:HOST:PORT, not '" + url + "'");
    }
    if (url.contains("@")) {
      throw new PeerException(
          PeerException.Kind.INVALID,
          "user and password do not belong into the URL of an ICE server, where logs would show"
              + " them");
    }
    if (lower.startsWith("turn") && !hasLogin) {
      throw new PeerException(
          PeerException.Kind.INVALID, "the TURN server " + url + " needs a user and a password");
    }
  }

  /** A STUN server. */
  public static IceServer stun(String url) {
    return new IceServer(List.of(url), Optional.empty());
  }

  /** A TURN server. */
  public static IceServer turn(String url, String user, String password) {
    return new IceServer(List.of(url), Optional.of(new Login(user, password)));
  }
}
