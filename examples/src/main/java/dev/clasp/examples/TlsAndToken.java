package dev.clasp.examples;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.transport.ClientTls;
import java.nio.file.Path;

/**
 * A router behind TLS that asks for a token. Arguments: {@code wss://...}, the token, and the
 * certificate of who vouches for the router. Without the last, those that the JDK trusts vouch.
 */
final class TlsAndToken {

  private TlsAndToken() {}

  public static void main(String[] args) {
    ClientTls tls = args.length > 2 ? ClientTls.authorities(Path.of(args[2])) : ClientTls.DEFAULT;
    try (ClaspClient client =
        ClaspClient.builder(args[0]).name("example").tls(tls).token(args[1]).connectBlocking()) {
      client.blocking().set("/lights/1", 0.5);
      IO.println("let in");
      client.blocking().set("/audio/1", 0.5);
    } catch (ClaspException e) {
      IO.println(e.kind() + " " + e.code().orElse(0) + " " + e.address().orElse(""));
    }
    try (ClaspClient client =
        ClaspClient.builder(args[0]).tls(tls).token("a wrong one").connectBlocking()) {
      IO.println("let in as " + client);
    } catch (ClaspException e) {
      IO.println(e.kind() + " " + e.code().orElse(0));
    }
  }
}
