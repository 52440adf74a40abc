package dev.clasp.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.router.RouterConfig;
import dev.clasp.security.AuditEvent;
import dev.clasp.security.TokenIssuer;
import dev.clasp.testkit.FakeAuthenticator;
import dev.clasp.transport.OriginPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ServerConfigTest {

  @Test
  void defaultsAreSafe() {
    ServerConfig config = ServerConfig.DEFAULT;

    assertThat(config.host()).isEqualTo("127.0.0.1");
    assertThat(config.port()).isEqualTo(7330);
    assertThat(config.allowOpen()).isFalse();
    assertThat(config.origins()).isEmpty();
    assertThat(config.effectiveOrigins()).isEqualTo(OriginPolicy.LOCAL);
    assertThat(config.wantsTokens()).isFalse();
  }

  @Test
  void anyPageMayConnectIfItHasToHaveAToken() {
    ServerConfig config = ServerConfig.DEFAULT.withAuthenticator(new FakeAuthenticator());
    OriginPolicy chosen = new OriginPolicy(Set.of("https://a.example"));

    assertThat(config.wantsTokens()).isTrue();
    assertThat(config.effectiveOrigins()).isEqualTo(OriginPolicy.ANY);
    assertThat(config.withOrigins(chosen).effectiveOrigins()).isEqualTo(chosen);
  }

  @Test
  void everySettingIsChangedAlone() {
    RouterConfig router = RouterConfig.builder().name("x").build();
    OriginPolicy origins = new OriginPolicy(Set.of("https://a.example"));
    MemoryConfig memory = new MemoryConfig(50, 60, MemoryConfig.DEFAULT.source());
    FakeAuthenticator authenticator = new FakeAuthenticator();
    PairingConfig pairing =
        new PairingConfig((scopes, subject) -> new TokenIssuer.Issued("cpsk_x", "x"));
    Consumer<AuditEvent> audit = _ -> {};
    NetworkConfig network = NetworkConfig.DEFAULT.withSmallFrame(0);
    Persistence persistence = new Persistence(Path.of("state"), Duration.ofSeconds(5));
    Companion.Factory companion =
        _ -> {
          throw new AssertionError("nothing is started");
        };
    ServerConfig all =
        ServerConfig.DEFAULT
            .withHost("::1")
            .withPort(1)
            .withAllowOpen(true)
            .withOrigins(origins)
            .withLoops(2)
            .withDrain(Duration.ofSeconds(9))
            .withNetwork(network)
            .withPersistence(persistence)
            .withRouter(router)
            .withMemory(memory)
            .withAuthenticator(authenticator)
            .withPairing(pairing)
            .withCompanions(List.of(companion))
            .withAudit(audit);

    assertThat(all)
        .isEqualTo(
            new ServerConfig(
                "::1",
                1,
                Optional.empty(),
                true,
                Optional.of(origins),
                2,
                Duration.ofSeconds(9),
                network,
                Optional.of(persistence),
                router,
                memory,
                authenticator,
                Optional.of(pairing),
                List.of(companion),
                audit));
  }

  @Test
  void refusesWhatCannotBe() {
    for (int port : new int[] {-1, 65_536}) {
      assertThatThrownBy(() -> ServerConfig.DEFAULT.withPort(port))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("port must be 0 to 65535, not " + port);
    }
    assertThatThrownBy(() -> ServerConfig.DEFAULT.withLoops(257))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ServerConfig.DEFAULT.withDrain(Duration.ofNanos(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void takesAsManyLoopsAsToldOrHalfTheCores() {
    assertThat(ServerConfig.DEFAULT.withLoops(7).effectiveLoops()).isEqualTo(7);
    assertThat(ServerConfig.DEFAULT.effectiveLoops())
        .isEqualTo(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
  }
}
