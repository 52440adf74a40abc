package dev.clasp.bridgehttp;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;

/** What went wrong, for people: the JDK says little or nothing of some. */
final class Words {

  private Words() {}

  static String of(IOException e) {
    if (e instanceof HttpConnectTimeoutException) {
      return "does not answer (connecting takes too long)";
    }
    if (e instanceof HttpTimeoutException) {
      return "no answer in time";
    }
    String said = e.getMessage();
    if (e instanceof ConnectException) {
      return said == null || said.isBlank() ? "cannot be reached" : said;
    }
    for (Throwable cause = e.getCause(); (said == null || said.isBlank()) && cause != null; ) {
      said = cause.getMessage();
      cause = cause.getCause();
    }
    return said == null || said.isBlank() ? "the connection broke" : said;
  }
}
