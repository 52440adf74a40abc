package dev.clasp.bridgesocketio;

import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.PeerProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page in docs/socketio.md works, in Node.js with an element that stands for the fader. */
class DocumentationTest {

  private static final String STAND_IN =
      """
      const element = { set value(now) { console.log(`shown ${now}`); this.now = now; }, get value() { return this.now; } };
      globalThis.document = { getElementById: () => element };
      process.stdin.on('data', (text) => { element.now = String(text).trim(); element.oninput(); });
      """;

  @TempDir private Path folder;

  @Test
  void thePageFollowsAndMovesTheFader() throws IOException {
    Path peers = Path.of("..", "system-tests", "peers", "node").toRealPath();
    try (SocketRoom room = new SocketRoom()) {
      String url = room.server(Map.of(), TypeProfile.COMPATIBLE);
      String page = Files.readString(Path.of("..", "docs", "socketio.md"));
      String script = page.split("<script type=\"module\">", -1)[1].split("</script>", -1)[0];
      script =
          script
              .replaceFirst(
                  "import .*",
                  "import { createRequire } from 'node:module';\n const { io } = createRequire('"
                      + peers.resolve("page.js")
                      + "')('socket.io-client-4');\n"
                      + STAND_IN.replace("$", "\\$"))
              .replace("http://localhost:3001", url);
      Path file = Files.writeString(folder.resolve("page.mjs"), script);
      room.desk.set("/web/lights/1", Value.of(0.25)).join();
      try (PeerProgram node =
          PeerProgram.start(SocketRoom.INSTALL, peers, List.of("node", file.toString()))) {
        node.awaitLine("shown 0.25");
        room.desk.set("/web/lights/1", Value.of(0.5)).join();
        node.awaitLine("shown 0.5");
        node.type("0.75");
        node.awaitLine("ok: true");
        room.has("/web/lights/1", Value.of(0.75));
      }
    }
  }
}
