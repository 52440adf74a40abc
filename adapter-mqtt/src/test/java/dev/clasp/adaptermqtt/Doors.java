package dev.clasp.adaptermqtt;

import dev.clasp.server.NetworkConfig;
import dev.clasp.testkit.CertificateMaker;
import dev.clasp.transport.ServerTls;
import java.nio.file.Path;
import java.util.Optional;

/** A house with a certificate, and every way into it. */
enum Doors {
  /** A port of its own. */
  TCP("mqtt", "tcp", false, false),
  MAIN_PORT("mqtt", "tcp", true, false),
  TLS("mqtts", "ssl", false, true),
  MAIN_PORT_TLS("mqtts", "ssl", true, true),
  WEB_SOCKET("ws", "ws", true, false),
  WEB_SOCKET_TLS("wss", "wss", true, true);

  final boolean tls;
  private final String scheme;
  private final String pahoScheme;
  private final boolean mainPort;

  Doors(String scheme, String pahoScheme, boolean mainPort, boolean tls) {
    this.scheme = scheme;
    this.pahoScheme = pahoScheme;
    this.mainPort = mainPort;
    this.tls = tls;
  }

  static Path certificate(Path folder) {
    return folder.resolve("server.pem");
  }

  /** The certificate is put into the folder. */
  static House open(Path folder) throws Exception {
    CertificateMaker.selfSigned("localhost", "127.0.0.1").write(folder, "server");
    ServerTls tls =
        ServerTls.of(
            new ServerTls.Source(
                certificate(folder),
                folder.resolve("server.key"),
                Optional.empty(),
                ServerTls.Clients.NOT_ASKED));
    return House.open(
        c -> c.withNetwork(NetworkConfig.DEFAULT.withTls(tls, false)), c -> c.withTlsPort(0));
  }

  int port(House house) {
    return mainPort
        ? house.mainPort()
        : (tls ? house.adapter.addresses().getLast() : house.adapter.addresses().getFirst())
            .getPort();
  }

  private String rest(House house) {
    return "://localhost:" + port(house) + (scheme.startsWith("ws") ? "/mqtt" : "");
  }

  String url(House house) {
    return scheme + rest(house);
  }

  /** As the clients of Eclipse Paho want it. */
  String pahoUrl(House house) {
    return pahoScheme + rest(house);
  }
}
