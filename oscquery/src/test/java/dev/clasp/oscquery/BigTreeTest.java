package dev.clasp.oscquery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.clasp.bridge.Namespace;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.Eventually;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Trees of 100,000 methods. */
class BigTreeTest {

  private static final int METHODS = 100_000;

  private static OscQueryTree tree(int methods, int room, List<String> added) {
    OscQueryTree tree =
        new OscQueryTree(
            new Namespace(""),
            room,
            new OscQueryTree.Watcher() {
              @Override
              public void added(TreeNode node) {
                added.add(node.path());
              }

              @Override
              public void removed(TreeNode node, String path) {}

              @Override
              public void changed(TreeNode node) {}
            });
    for (int i = 0; i < methods; i++) {
      tree.heard(
          "/rig/" + i / 1000 + "/" + i % 1000, SignalType.PARAM, Optional.of(Value.of(i * 0.5)));
    }
    return tree;
  }

  @Test
  void aBigTreeIsWrittenInSmallPieces() throws IOException {
    OscQueryTree tree = tree(METHODS, 200_000, new ArrayList<>());
    TreeWalk walk = new TreeWalk(new NodeJson("x", false), tree.root(), false);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    int biggest = 0;
    while (!walk.isEndOfInput()) {
      ByteBuf piece = walk.readChunk(UnpooledByteBufAllocator.DEFAULT);
      if (piece != null) {
        biggest = Math.max(biggest, piece.readableBytes());
        piece.readBytes(all, piece.readableBytes());
        piece.release();
      }
    }
    assertThat(biggest).isLessThan(TreeWalk.PIECE + 16_384);
    assertThat(all.size()).isGreaterThan(10_000_000);
    assertThat(paths(all.toByteArray())).isEqualTo(METHODS + 102);
  }

  /** How many nodes there are in well-formed JSON. */
  private static int paths(byte[] json) throws IOException {
    int paths = 0;
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.FIELD_NAME && parser.currentName().equals("FULL_PATH")) {
          paths++;
        }
      }
    }
    return paths;
  }

  @Test
  void aTreeThatIsFullLeavesOutTheRest() {
    List<String> added = new ArrayList<>();
    OscQueryTree tree = tree(2000, 1000, added);
    assertThat(added).hasSizeLessThan(1000);
    assertThat(tree.methodCount()).isEqualTo(added.size());
    assertThat(tree.leftOut()).isEqualTo(2000 - added.size());
  }

  @Test
  void whatGoesMakesRoom() {
    OscQueryTree tree = tree(900, 1000, new ArrayList<>());
    for (int i = 0; i < 900; i++) {
      tree.ended("/rig/0/" + i);
    }
    assertThat(tree.methodCount()).isZero();
    assertThat(tree.root().hasChildren()).isFalse();
    for (int i = 0; i < 900; i++) {
      assertThat(tree.heard("/other/" + i, SignalType.PARAM, Optional.of(Value.TRUE))).isPresent();
    }
  }

  @Test
  void aBigTreeGoesOutByHttpWhileItChanges() throws IOException {
    try (Room room = new Room()) {
      for (int i = 0; i < 5000; i++) {
        room.desk.set("/rig/" + i / 100 + "/" + i % 100, Value.of(i));
      }
      room.desk.set("/last", Value.of(1)).join();
      room.node("/last");
      Eventually.is("all there", () -> room.counter("methods") == 5001);
      Thread writer =
          Thread.ofVirtual()
              .start(() -> {
                for (int i = 0; i < 2000; i++) {
                  room.desk.set("/new/" + i, Value.of(i));
                }
              });
      for (int i = 0; i < 5; i++) {
        assertThat(paths(room.get("/").body().getBytes(java.nio.charset.StandardCharsets.UTF_8)))
            .isGreaterThanOrEqualTo(5001);
      }
      writer.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
