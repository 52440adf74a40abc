package dev.clasp.bridgeserver;

import dev.clasp.client.ClaspClient;
import dev.clasp.oscquery.OscQueryConfig;
import dev.clasp.oscquery.OscQueryException;
import dev.clasp.oscquery.OscQueryServer;
import dev.clasp.protocol.AddressPattern;
import dev.clasp.security.Scopes;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.Companion;
import dev.clasp.server.ServerException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The address space of a router for OSCQuery programs, on a port of its own. OSCQuery knows no
 * passwords: whoever reaches the port may do what the user allowed, and where the router wants
 * tokens the user has to say what that is.
 */
public final class OscQueryCompanion implements Companion {

  private static final Logger LOG = LoggerFactory.getLogger(OscQueryCompanion.class);

  private final ClaspServer server;
  private final OscQueryConfig config;
  private final Optional<Scopes> scopes;
  private volatile @Nullable ClaspClient client;
  private volatile @Nullable OscQueryServer running;

  private OscQueryCompanion(ClaspServer server, OscQueryConfig config, Optional<Scopes> scopes) {
    this.server = server;
    this.config = config;
    this.scopes = scopes;
  }

  /**
   * @param scopes what whoever reaches the port may do; empty: everything, which only a router
   *     takes that asks nobody for a token
   */
  public static Factory factory(OscQueryConfig config, Optional<Scopes> scopes) {
    return server -> new OscQueryCompanion(server, config, scopes);
  }

  @Override
  public String name() {
    return "oscquery";
  }

  @Override
  public void start() {
    checkOpen();
    ClaspClient.Builder builder =
        ClaspClient.builder(
            scopes
                .map(allowed -> server.localDoor("oscquery", allowed))
                .orElseGet(() -> server.localDoor("oscquery")));
    ClaspClient connected = builder.connectBlocking();
    client = connected;
    try {
      // Definitions of all are for whoever may see all.
      OscQueryServer begun =
          scopes.isPresent()
              ? OscQueryServer.start(config, connected)
              : OscQueryServer.start(
                  config,
                  connected,
                  () ->
                      CompletableFuture.completedFuture(
                          server
                              .router()
                              .definitions(AddressPattern.parse(config.served().pattern()))));
      running = begun;
      LOG.info("OSCQuery at {}", String.join(", ", begun.urls()));
    } catch (OscQueryException e) {
      throw new ServerException(String.valueOf(e.getMessage()), e);
    }
  }

  private void checkOpen() {
    if (scopes.isPresent()) {
      return;
    }
    if (server.config().wantsTokens()) {
      throw new ServerException(
          "OSCQuery knows no tokens, and this router wants one from everybody: say with"
              + " --oscquery-scopes what whoever reaches its port may do, for example read:/**");
    }
    if (!loopback(config.host()) && !server.config().allowOpen()) {
      throw new ServerException(
          "refusing to show the addresses to OSCQuery programs on "
              + config.host()
              + ": everybody who reaches it could read and write. Say what they may do with"
              + " --oscquery-scopes, or add --allow-open if that is what you want");
    }
  }

  private static boolean loopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  @Override
  public Map<String, Long> counters() {
    OscQueryServer now = running;
    return now == null ? Map.of() : now.counters();
  }

  @Override
  public void close() {
    OscQueryServer now = running;
    running = null;
    if (now != null) {
      now.close();
    }
    ClaspClient open = client;
    client = null;
    if (open != null) {
      open.close();
    }
  }
}
