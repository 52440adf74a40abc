package dev.clasp.bridgesocketio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.bridgetestkit.FakeContext;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.CertificateMaker;
import dev.clasp.testkit.Eventually;
import dev.clasp.transform.MappedSignal;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our client and our server, over TLS. */
class TlsTest {

  @TempDir private Path folder;

  private final FakeContext atServer = new FakeContext();
  private final FakeContext atClient = new FakeContext();
  private ServerEndpoint server;
  private CertificateMaker.Issued issued;
  private int port;

  @BeforeEach
  void start() {
    issued = CertificateMaker.selfSigned("localhost").write(folder, "server");
    server =
        new ServerEndpoint(
            ServerConfig.of(
                BridgeSettings.of(
                    SocketIoSettings.ALL,
                    Map.of(
                        "mode", Value.of("server"),
                        "listen", Value.of("127.0.0.1:0"),
                        "cert", Value.of(folder.resolve("server.pem").toString()),
                        "key", Value.of(folder.resolve("server.key").toString())))),
            atServer);
    server.start();
    port = SocketRoom.port(server.details());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private ClientEndpoint client(Map<String, Value> more) {
    Map<String, Value> settings = new LinkedHashMap<>(more);
    settings.put("url", Value.of("https://localhost:" + port));
    return new ClientEndpoint(
        ClientConfig.of(BridgeSettings.of(SocketIoSettings.ALL, settings)), atClient);
  }

  private static MappedSignal signal(int value) {
    return new MappedSignal("/x", SignalType.PARAM, Value.of(value));
  }

  private void works(Map<String, Value> trust) {
    ClientEndpoint client = client(trust);
    try {
      client.start();
      atClient.awaitTold("up ");
      client.send(Parcel.of(signal(1)));
      assertThat(atServer.next().signals()).containsExactly(signal(1));
      server.send(Parcel.of(signal(2)));
      List<MappedSignal> come = atClient.next().signals();
      assertThat(come).containsExactly(signal(2));
    } finally {
      client.close();
    }
  }

  @Test
  void trustedByItsAuthority() {
    works(Map.of("ca", Value.of(folder.resolve("server.pem").toString())));
  }

  @Test
  void trustedByItsFingerprint() {
    works(
        Map.of(
            "fingerprint",
            Value.of(dev.clasp.transport.TlsIdentity.fingerprint(issued.certificate()))));
  }

  @Test
  void trustedBlindly() {
    works(Map.of("insecure", Value.TRUE, "transports", Value.of(List.of(Value.of("websocket")))));
  }

  @Test
  void aStrangerIsNotTrusted() {
    ClientEndpoint client = client(Map.of());
    try {
      client.start();
      Eventually.is(
          () -> "it is said: " + atClient.told,
          () -> atClient.told.stream().anyMatch(text -> text.contains("xhr poll error")));
      assertThat(atClient.told).noneMatch(text -> text.startsWith("up"));
    } finally {
      client.close();
    }
  }
}
