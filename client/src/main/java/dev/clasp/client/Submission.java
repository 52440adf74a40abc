package dev.clasp.client;

/** What a thread hands to the loop. */
sealed interface Submission permits Request, Submission.Task {

  /** Bytes that it holds while it waits. */
  int size();

  /** Something to do on the loop, after what was submitted before. */
  record Task(Runnable action) implements Submission {
    @Override
    public int size() {
      return 0;
    }
  }
}
