package dev.clasp.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OriginPolicyTest {

  private static boolean local(String origin, String host) {
    return OriginPolicy.LOCAL.allows(origin, host);
  }

  @Test
  void programsSendNoOrigin() {
    assertThat(OriginPolicy.LOCAL.allows(null, "192.168.1.5:7330")).isTrue();
    assertThat(OriginPolicy.LOCAL.allows(null, null)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "http://localhost",
    "http://localhost:3000",
    "https://localhost:8443",
    "http://LOCALHOST:3000",
    "http://app.localhost",
    "http://127.0.0.1:5173",
    "http://127.1.2.3",
    "http://[::1]:3000",
    "tauri://localhost",
  })
  void pagesOfThisMachine(String origin) {
    assertThat(local(origin, "10.0.0.7:7330")).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "http://192.168.1.5:7330, 192.168.1.5:7330",
    "http://192.168.1.5,      192.168.1.5",
    "http://192.168.1.5:8080, 192.168.1.5:7330",
    "https://192.168.1.5,     192.168.1.5:7330",
    "http://[fe80::1]:80,     [FE80::1]:7330",
    "http://foh:7330,         foh:7330",
    "http://FOH_PC:7330,      foh_pc:7330",
    "http://desk.local,       Desk.local:7330",
  })
  void pagesOfTheSameHost(String origin, String host) {
    assertThat(local(origin, host)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "http://192.168.1.6:7330,      192.168.1.5:7330",
    "http://evil.example,          192.168.1.5:7330",
    "https://localhost.evil.example, localhost:7330",
    "https://127.0.0.1.evil.example, 127.0.0.1:7330",
    "https://evil.example,         localhost:7330",
    "https://notlocalhost,         localhost:7330",
    "null,                         localhost:7330",
    "file://,                      localhost:7330",
    "'',                           localhost:7330",
    "localhost,                    localhost:7330",
    "http://,                      localhost:7330",
    "http://localhost@evil.example, localhost:7330",
    "http://evil.example/localhost, localhost:7330",
    "http://evil.example#localhost, localhost:7330",
    "'http://localhost evil',      localhost:7330",
    "http://192.168.1.5,           evil.example",
    "http://192.168.1.5,           '192.168.1.5:7330, evil'",
    "http://192.168.1.5,           ",
  })
  void foreignPages(String origin, String host) {
    assertThat(OriginPolicy.LOCAL.allows(origin, host)).isFalse();
  }

  /** DNS rebinding: the attacker's own name points here, so Origin and Host agree. */
  @Test
  void aForeignNameThatPointsHere() {
    assertThat(local("http://rebind.evil.example:7330", "rebind.evil.example:7330")).isFalse();
  }

  @Test
  void configuredOrigins() {
    OriginPolicy policy = new OriginPolicy(Set.of("https://Show.example/", "null"));

    assertThat(policy.allows("https://show.example", "router.example")).isTrue();
    assertThat(policy.allows("null", "router.example")).isTrue();
    assertThat(policy.allows("http://localhost:3000", "router.example")).isTrue();
    assertThat(policy.allows("http://show.example", "router.example")).isFalse();
    assertThat(policy.allows("https://show.example:444", "router.example")).isFalse();
    assertThat(policy.allows("https://other.example", "router.example")).isFalse();
  }

  @Test
  void aStarAllowsAll() {
    OriginPolicy policy = new OriginPolicy(Set.of("*"));

    assertThat(policy.allows("https://evil.example", "localhost")).isTrue();
    assertThat(policy.allows("null", null)).isTrue();
  }
}
