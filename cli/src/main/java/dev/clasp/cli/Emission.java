package dev.clasp.cli;

import dev.clasp.cli.ConnectionOptions.Reconnect;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClientEvent;
import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Something to send that the router does not remember. */
sealed interface Emission {

  String address();

  SignalType type();

  Optional<Value> value();

  /** Hands it to the connection. */
  void send(ClaspClient client);

  record Event(String address, Optional<Value> value) implements Emission {
    @Override
    public SignalType type() {
      return SignalType.EVENT;
    }

    @Override
    public void send(ClaspClient client) {
      if (value.isPresent()) {
        client.blocking().emit(address, value.get());
      } else {
        client.blocking().emit(address);
      }
    }
  }

  record Sample(String address, Value sample) implements Emission {
    @Override
    public SignalType type() {
      return SignalType.STREAM;
    }

    @Override
    public Optional<Value> value() {
      return Optional.of(sample);
    }

    @Override
    public void send(ClaspClient client) {
      client.blocking().stream(address, sample);
    }
  }

  record GestureStep(String address, int id, GesturePhase phase, Value at) implements Emission {
    @Override
    public SignalType type() {
      return SignalType.GESTURE;
    }

    @Override
    public Optional<Value> value() {
      return Optional.of(at);
    }

    @Override
    public void send(ClaspClient client) {
      client.blocking().gesture(address, id, phase, at);
    }
  }

  /**
   * Connects, sends it, and waits until the router has handled it.
   *
   * @throws CommandException the router refused it
   */
  default int send(Clasp clasp, ConnectionOptions connection, boolean quiet) {
    AtomicReference<ClientEvent.@Nullable ErrorReceived> refusal = new AtomicReference<>();
    try (ClaspClient client =
        connection.connect(
            "emit",
            Reconnect.NEVER,
            event -> {
              if (event instanceof ClientEvent.ErrorReceived error) {
                refusal.compareAndSet(null, error);
              }
            })) {
      send(client);
      // Nobody acknowledges an emission; but an ERROR for it comes before the answer to a PING.
      client.blocking().ping();
    }
    ClientEvent.ErrorReceived error = refusal.get();
    if (error != null) {
      throw new CommandException(
          ExitStatus.ofError(error.code()),
          "the router refused it: "
              + Printable.escape(error.message())
              + " ("
              + error.code()
              + ")");
    }
    if (!quiet) {
      clasp.terminal().out().println(clasp.json() ? jsonLine() : textLine(clasp.style()));
    }
    return ExitStatus.OK;
  }

  private String jsonLine() {
    return new JsonLine()
        .put("type", type().wireName())
        .put("address", address())
        .put("value", value().orElse(Value.NULL))
        .end();
  }

  private String textLine(Style style) {
    return style.type(type(), type().wireName())
        + " "
        + style.address(Printable.escape(address()))
        + value().map(v -> " " + style.value(v, ValueText.human(v))).orElse("");
  }
}
