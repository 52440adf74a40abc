package dev.clasp.router;

import dev.clasp.protocol.Message;
import dev.clasp.security.Authenticator;
import dev.clasp.security.Identity;
import dev.clasp.security.Login;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A HELLO whose token is being looked at. The answer may come during the question or later, on any
 * thread; it is handed over on the lane.
 *
 * <p>Also remembers who is expelled meanwhile: a token that is taken back between the answer and
 * the beginning of the session must not slip through.
 */
final class LoginAttempt implements Consumer<Login> {

  private final Message.Hello hello;
  private final Lane lane;
  private final BiConsumer<LoginAttempt, Login> whenAnswered;
  private final Thread asker = Thread.currentThread();
  private final AtomicBoolean answered = new AtomicBoolean();
  private final List<Expulsion> expulsions = new CopyOnWriteArrayList<>();

  // Thread of the question only.
  private boolean asking;
  private @Nullable Login early;

  /** Whose sessions end, and what they are told. */
  record Expulsion(Predicate<Identity> whose, Refusal refusal) {}

  /**
   * @param whenAnswered called on the lane's thread with an answer that comes after the question
   */
  LoginAttempt(Message.Hello hello, Lane lane, BiConsumer<LoginAttempt, Login> whenAnswered) {
    this.hello = hello;
    this.lane = lane;
    this.whenAnswered = whenAnswered;
  }

  Message.Hello hello() {
    return hello;
  }

  /** Asks; the answer, if it comes at once. Lane thread. */
  @Nullable Login ask(Authenticator authenticator, String peer) {
    asking = true;
    try {
      authenticator.authenticate(hello.token().filter(t -> !t.isEmpty()), peer, this);
    } finally {
      asking = false;
    }
    return early;
  }

  @Override
  public void accept(Login login) {
    if (answered.getAndSet(true)) {
      throw new IllegalStateException("the question about a login was answered twice");
    }
    if (Thread.currentThread() == asker && asking) {
      early = login;
      return;
    }
    handOver(login);
  }

  /** Hands the answer over on the lane's thread. Any thread. */
  void handOver(Login login) {
    try {
      lane.executor().execute(() -> whenAnswered.accept(this, login));
    } catch (RejectedExecutionException e) {
      // The loop has stopped, and the connection with it.
    }
  }

  /** Any thread. */
  void expel(Expulsion expulsion) {
    expulsions.add(expulsion);
  }

  /** What whoever has this identity is to be told because it was expelled meanwhile, or null. */
  @Nullable Refusal expelled(Identity identity) {
    for (Expulsion expulsion : expulsions) {
      if (expulsion.whose().test(identity)) {
        return expulsion.refusal();
      }
    }
    return null;
  }
}
