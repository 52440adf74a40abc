package dev.clasp.systemtests;

import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** QUIC as others have written it, in a process of its own ({@code peers/README.md}). */
final class QuicPeer implements AutoCloseable {

  private final Program program;
  private final Received<String> lines;

  private QuicPeer(String... arguments) {
    lines = new Received<>("aioquic");
    List<String> command = new ArrayList<>(Installation.pythonQuic());
    command.addAll(List.of(arguments));
    program = Program.start("aioquic", command, lines::add, () -> lines.end("it ended"));
  }

  /** A client that trusts an authority. */
  static QuicPeer client(String protocol, int port, Path authority) {
    return new QuicPeer("--alpn", protocol, "client", Integer.toString(port), authority.toString());
  }

  /** A server that sends every frame back. */
  static QuicPeer server(Path certificate, Path key) {
    return new QuicPeer("server", certificate.toString(), key.toString());
  }

  QuicPeer say(String command) {
    program.write(command);
    return this;
  }

  QuicPeer send(Message message) {
    return say("send " + HexFormat.of().formatHex(FrameCodec.encode(message)));
  }

  /** The rest of the first line that begins so. */
  String await(String beginning) {
    return lines
        .awaitFirst("line '" + beginning + "'", line -> line.startsWith(beginning))
        .substring(beginning.length());
  }

  /** The first message of a kind that is as wanted. */
  <M extends Message> M await(Class<M> kind, Predicate<M> wanted) {
    return lines.awaitAnswer(
        kind.getSimpleName(),
        all ->
            all.stream().flatMap(line -> message(line, kind).stream()).filter(wanted).findFirst());
  }

  private static <M extends Message> Optional<M> message(String line, Class<M> kind) {
    if (!line.startsWith("frame ")) {
      return Optional.empty();
    }
    byte[] b = HexFormat.of().parseHex(line.substring("frame ".length()));
    Message found = FrameCodec.decode(b, 0, b.length).message();
    return kind.isInstance(found) ? Optional.of(kind.cast(found)) : Optional.empty();
  }

  String transcript() {
    return program.transcript();
  }

  @Override
  public void close() {
    program.close();
  }
}
