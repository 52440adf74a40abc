package dev.clasp.cli;

/** Entry point of the {@code clasp} command. */
public final class Main {

  private Main() {}

  /** Prints the version. */
  public static void main(String[] args) {
    System.out.println("clasp 0.1.0");
  }
}
