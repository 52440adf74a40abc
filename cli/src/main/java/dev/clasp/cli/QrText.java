package dev.clasp.cli;

import dev.clasp.discovery.QrPicture;
import dev.clasp.discovery.ReachableUrls;
import dev.clasp.server.ClaspServer;
import java.io.PrintWriter;

/** A URL as a QR code on the terminal, for the camera of a telephone. */
final class QrText {

  private QrText() {}

  /** The best URL of a server for others in its network. */
  static void print(Clasp clasp, ClaspServer server) {
    print(clasp, ReachableUrls.of(server.address(), server.urls()).getFirst());
  }

  /** With the URL below; a note instead if it means something else to others. */
  static void print(Clasp clasp, String url) {
    if (AutoServer.isLocal(url)) {
      clasp.note(
          "no QR code: to a telephone, "
              + Printable.escape(url)
              + " is the telephone itself. The router must listen on an address that others reach:"
              + " clasp server --host 0.0.0.0");
      return;
    }
    PrintWriter out = clasp.terminal().out();
    try {
      QrPicture.of(url).lines(clasp.colored()).forEach(out::println);
      out.println(Printable.escape(url));
    } catch (IllegalArgumentException e) {
      clasp.note("no QR code: the URL is too long");
    }
  }
}
