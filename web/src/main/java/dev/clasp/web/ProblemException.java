package dev.clasp.web;

import java.util.Optional;

/** A {@link Problem} on its way to whoever asked. */
public final class ProblemException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient Problem problem;
  private final transient Optional<String> allow;

  public ProblemException(Problem problem) {
    this(problem, Optional.empty());
  }

  private ProblemException(Problem problem, Optional<String> allow) {
    super(problem.detail(), null, false, false);
    this.problem = problem;
    this.allow = allow;
  }

  /** 405, with the methods that there are. */
  static ProblemException wrongMethod(String allow) {
    return new ProblemException(
        Problem.of(405, "method-not-allowed", "there is only " + allow + " here"),
        Optional.of(allow));
  }

  public Problem problem() {
    return problem;
  }

  /** For the header {@code Allow}. */
  Optional<String> allow() {
    return allow;
  }
}
