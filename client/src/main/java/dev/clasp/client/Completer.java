package dev.clasp.client;

/**
 * Completes futures so that what is chained to them never runs on the loop. Where only a thread
 * waits, the loop wakes it itself, so that waiting inside a callback or inside a chained stage
 * cannot deadlock. Loop.
 */
final class Completer {

  private final TaskLine line;

  Completer(TaskLine line) {
    this.line = line;
  }

  /** True if the request was still waiting. */
  <T> boolean complete(Request<T> request, T value) {
    if (!request.settle()) {
      return false;
    }
    if (request.isDirect()) {
      request.future().complete(value);
    } else {
      line.stage(() -> request.future().complete(value));
    }
    return true;
  }

  /** True if the request was still waiting. */
  boolean fail(Request<?> request, ClaspException why) {
    if (!request.settle()) {
      return false;
    }
    if (request.isDirect()) {
      request.future().completeExceptionally(why);
    } else {
      line.stage(() -> request.future().completeExceptionally(why));
    }
    return true;
  }

  /** The subscription is in force. */
  void complete(SubscriptionHandle subscription) {
    if (subscription.settle()) {
      line.stage(() -> subscription.activePromise().complete(subscription));
    }
  }

  /** The subscription will not be in force. True if it was not known before. */
  boolean fail(SubscriptionHandle subscription, ClaspException why) {
    if (!subscription.settle()) {
      return false;
    }
    line.stage(() -> subscription.activePromise().completeExceptionally(why));
    return true;
  }
}
