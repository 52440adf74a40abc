package dev.clasp.rdm;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The requests of a controller on one line, one after the other: transaction numbers, answers,
 * timeouts, repeats, pieces (ACK_OVERFLOW) and answers that come later (ACK_TIMER, then
 * QUEUED_MESSAGE).
 *
 * <p>Pure: the caller gives the time and calls {@link #tick} when it is due. Not thread-safe;
 * outcomes are told on the thread that calls.
 */
public final class RdmRequests {

  /** How long and how often. */
  public record Patience(long timeoutNanos, int tries) {}

  /** The longest that a device may put off its answer; E1.20 allows more. */
  private static final long MAX_DELAY_NANOS = 10_000_000_000L;

  private static final long TIMER_UNIT_NANOS = 100_000_000L;
  private static final int MAX_PIECES = 64;
  private static final int MAX_DELAYS = 8;
  private static final int STATUS_ADVISORY = 2;

  private static final class Request {
    final Uid device;
    final int subDevice;
    final CommandClass commandClass;
    final int pid;
    final byte[] data;
    final Consumer<RdmOutcome> then;
    final ByteArrayOutputStream pieces = new ByteArrayOutputStream();
    int pieceCount;
    int delays;
    int sent;
    boolean asksQueue;

    Request(
        Uid device,
        int subDevice,
        CommandClass commandClass,
        int pid,
        byte[] data,
        Consumer<RdmOutcome> then) {
      this.device = device;
      this.subDevice = subDevice;
      this.commandClass = commandClass;
      this.pid = pid;
      this.data = data;
      this.then = then;
    }
  }

  private final Uid own;
  private final Consumer<RdmMessage> line;
  private final Patience patience;
  private final int maxWaiting;
  private final Deque<Request> waiting = new ArrayDeque<>();
  private @Nullable Request current;
  private @Nullable RdmMessage outstanding;
  private long due = Long.MAX_VALUE;
  private int transaction;

  /**
   * @param line sends a message
   * @param maxWaiting how many requests may wait
   */
  public RdmRequests(Uid own, Consumer<RdmMessage> line, Patience patience, int maxWaiting) {
    this.own = own;
    this.line = line;
    this.patience = patience;
    this.maxWaiting = maxWaiting;
  }

  /** False if too many wait. */
  public boolean get(
      Uid device, int subDevice, int pid, byte[] data, Consumer<RdmOutcome> then, long nanos) {
    return add(new Request(device, subDevice, CommandClass.GET, pid, data, then), nanos);
  }

  /** False if too many wait. A broadcast is answered at once with nothing. */
  public boolean set(
      Uid device, int subDevice, int pid, byte[] data, Consumer<RdmOutcome> then, long nanos) {
    return add(new Request(device, subDevice, CommandClass.SET, pid, data, then), nanos);
  }

  private boolean add(Request request, long nanos) {
    if (request.data.length > RdmMessage.MAX_DATA) {
      throw new RdmException("RDM carries at most " + RdmMessage.MAX_DATA + " octets at once");
    }
    if (waiting.size() >= maxWaiting) {
      return false;
    }
    waiting.add(request);
    if (current == null) {
      begin(nanos);
    }
    return true;
  }

  private void begin(long nanos) {
    Request request = waiting.poll();
    current = request;
    outstanding = null;
    due = Long.MAX_VALUE;
    if (request == null) {
      return;
    }
    send(request, nanos);
    if (request.device.isBroadcast()) {
      finish(new RdmOutcome.Answered(new byte[0]), nanos);
    }
  }

  private void send(Request request, long nanos) {
    transaction = transaction + 1 & 0xFF;
    RdmMessage message =
        request.asksQueue
            ? RdmMessage.request(
                request.device,
                own,
                transaction,
                0,
                CommandClass.GET,
                Pid.QUEUED_MESSAGE.code(),
                new byte[] {STATUS_ADVISORY})
            : RdmMessage.request(
                request.device,
                own,
                transaction,
                request.subDevice,
                request.commandClass,
                request.pid,
                request.data);
    request.sent++;
    outstanding = message;
    due = nanos + patience.timeoutNanos;
    line.accept(message);
  }

  private void finish(RdmOutcome outcome, long nanos) {
    Request request = current;
    current = null;
    if (request != null) {
      begin(nanos);
      request.then.accept(outcome);
    }
  }

  /** When {@link #tick} must be called, or {@link Long#MAX_VALUE}. */
  public long due() {
    return due;
  }

  /** Is anything asked or waiting? */
  public boolean busy() {
    return current != null;
  }

  /** Repeats and gives up. */
  public void tick(long nanos) {
    Request request = current;
    if (request == null || nanos - due < 0) {
      return;
    }
    if (outstanding != null && request.sent >= patience.tries) {
      finish(new RdmOutcome.Silent(), nanos);
    } else {
      send(request, nanos);
    }
  }

  /** Something from the line; what answers nothing is ignored. */
  public void received(RdmMessage message, long nanos) {
    Request request = current;
    RdmMessage asked = outstanding;
    if (request == null || asked == null || !isAnswer(message, asked, request)) {
      return;
    }
    switch (message.responseType().orElse(ResponseType.NACK_REASON)) {
      case ACK -> acknowledged(request, message, nanos);
      case ACK_OVERFLOW -> piece(request, message, nanos);
      case ACK_TIMER -> later(request, message, nanos);
      case NACK_REASON ->
          finish(
              new RdmOutcome.Refused(
                  message.data().length >= 2 ? Octets.u16(message.data(), 0) : -1),
              nanos);
    }
  }

  /** The answer to QUEUED_MESSAGE is of any parameter and may answer a SET. */
  private static boolean isAnswer(RdmMessage message, RdmMessage asked, Request request) {
    boolean mine =
        message.commandClass().isResponse()
            && message.commandClass() != CommandClass.DISCOVERY_RESPONSE
            && message.transaction() == asked.transaction()
            && message.source().equals(asked.destination())
            && message.destination().equals(asked.source());
    return mine && (request.asksQueue || message.answers(asked) && message.pid() == asked.pid());
  }

  private void acknowledged(Request request, RdmMessage message, long nanos) {
    if (request.asksQueue && message.pid() != request.pid) {
      // Another thing that waited, or STATUS_MESSAGES: nothing waits any more.
      boolean empty = message.pid() == Pid.STATUS_MESSAGES.code();
      if (empty || ++request.delays > MAX_DELAYS) {
        finish(new RdmOutcome.Silent(), nanos);
      } else {
        request.sent = 0;
        send(request, nanos);
      }
      return;
    }
    request.pieces.writeBytes(message.data());
    finish(new RdmOutcome.Answered(request.pieces.toByteArray()), nanos);
  }

  private void piece(Request request, RdmMessage message, long nanos) {
    request.pieces.writeBytes(message.data());
    if (++request.pieceCount > MAX_PIECES) {
      finish(new RdmOutcome.Silent(), nanos);
      return;
    }
    request.sent = 0;
    send(request, nanos);
  }

  private void later(Request request, RdmMessage message, long nanos) {
    if (message.data().length != 2 || ++request.delays > MAX_DELAYS) {
      finish(new RdmOutcome.Silent(), nanos);
      return;
    }
    request.asksQueue = true;
    request.sent = 0;
    outstanding = null;
    due = nanos + Math.min(Octets.u16(message.data(), 0) * TIMER_UNIT_NANOS, MAX_DELAY_NANOS);
  }
}
