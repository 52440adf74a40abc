package dev.clasp.cli;

import dev.clasp.cli.ConnectionOptions.Reconnect;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.webrtc.PeerEvent;
import dev.clasp.webrtc.PeerException;
import dev.clasp.webrtc.PeerToPeer;
import dev.clasp.webrtc.Route;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code clasp peer listen}: prints what peers send, until it is interrupted. */
@Command(
    name = "listen",
    description = {
      "Let peers connect, and print what they send, until Ctrl-C.",
      "",
      "A line is the sender's session id and what it sent: text, or 0x and bytes. Whoever is"
          + " answered learns addresses of this machine; --from says who that may be.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp peer listen",
      "  clasp peer listen --from 3f2b8c1e-6d1c-4f7a-9a51-2f6f1c9f0f11",
      "  clasp peer listen --relay-only --output json",
    })
final class PeerListenCommand implements Callable<Integer> {

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--from",
      paramLabel = "SESSION",
      description = "Let only this peer connect; repeat for more (default: everybody).")
  private List<String> from = new ArrayList<>();

  @Option(
      names = {"-n", "--count"},
      paramLabel = "N",
      description = "End after so many messages.")
  private @Nullable Long count;

  @Mixin private PeerOptions options = new PeerOptions();

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  PeerListenCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    if (count != null && count < 1) {
      throw new ParameterException(spec.commandLine(), "--count must be at least 1, not " + count);
    }
    options.check(clasp, spec.commandLine());
    clasp.startLogging(Clasp.LogLevel.ERROR);
    CompletableFuture<Integer> end = new CompletableFuture<>();
    Printer printer = new Printer(end);
    ConnectionNotes notes =
        new ConnectionNotes(clasp, connection.url(), end::completeExceptionally);
    try (ClaspClient client = connection.connect("peer listen", Reconnect.WHEN_LOST, notes);
        Interrupts.Registration _ =
            clasp.terminal().interrupts().onInterrupt(() -> end.complete(ExitStatus.OK));
        PeerToPeer peers =
            options
                .builder(clasp, spec.commandLine(), client)
                .admit(peer -> from.isEmpty() || from.contains(peer))
                .listener(printer::event)
                .start()
                .join()) {
      printer.listening(peers.session());
      return end.join();
    } catch (CompletionException e) {
      switch (e.getCause()) {
        case PeerException failure -> throw PeerOptions.sentence(failure);
        case ClaspException failure -> throw failure;
        case null, default -> throw e;
      }
    } finally {
      PeerOptions.nothingMoreIsPrinted(clasp.terminal());
    }
  }

  /** One call at a time, except the first. */
  private final class Printer {

    private final CompletableFuture<Integer> end;
    private final PrintWriter out = clasp.terminal().out();
    private long printed;

    Printer(CompletableFuture<Integer> end) {
      this.end = end;
    }

    synchronized void listening(String session) {
      if (clasp.json()) {
        line(new JsonLine().put("event", "listening").put("session", session).end());
      } else {
        clasp.note("peers reach this one with: clasp peer send " + session + " TEXT");
      }
    }

    synchronized void event(PeerEvent event) {
      switch (event) {
        case PeerEvent.Received received -> received(received);
        case PeerEvent.Connected connected ->
            tell("connected", connected.peer(), "is connected directly", Optional.empty());
        case PeerEvent.Disconnected gone ->
            tell("disconnected", gone.peer(), "has left", Optional.of(gone.reason()));
        case PeerEvent.Failed failed ->
            tell(
                "failed",
                failed.peer(),
                "could not be connected directly",
                Optional.of(failed.reason()));
        case PeerEvent.Announced _, PeerEvent.Undelivered _ -> {}
      }
    }

    private void tell(String name, String peer, String what, Optional<String> reason) {
      if (clasp.json()) {
        line(new JsonLine().put("event", name).put("peer", peer).put("reason", reason).end());
      } else {
        clasp.note(peer + " " + what + reason.map(r -> ": " + Printable.escape(r)).orElse(""));
      }
    }

    private void received(PeerEvent.Received received) {
      if (count != null && printed >= count) {
        return;
      }
      Optional<String> text = text(received.data());
      String hex = HexFormat.of().formatHex(received.data());
      if (clasp.json()) {
        JsonLine json =
            new JsonLine()
                .put("event", "data")
                .put("peer", received.peer())
                .put("route", name(received.route()))
                .put("reliable", received.reliable());
        line(text.map(t -> json.put("text", t)).orElseGet(() -> json.put("hex", hex)).end());
      } else {
        line(received.peer() + "  " + text.map(Printable::escape).orElse("0x" + hex));
      }
      printed++;
      if (count != null && printed >= count) {
        end.complete(ExitStatus.OK);
      }
    }

    private void line(String line) {
      out.println(line);
      out.flush();
      if (clasp.terminal().out().failure().isPresent()) {
        // Nobody reads any more.
        end.complete(ExitStatus.OK);
      }
    }

    private static Optional<String> text(byte[] data) {
      try {
        return Optional.of(
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(data)).toString());
      } catch (CharacterCodingException e) {
        return Optional.empty();
      }
    }
  }

  static String name(Route route) {
    return route.name().toLowerCase(Locale.ROOT);
  }
}
