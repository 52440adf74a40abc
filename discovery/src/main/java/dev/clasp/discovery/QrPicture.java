package dev.clasp.discovery;

import io.nayuki.qrcodegen.DataTooLongException;
import io.nayuki.qrcodegen.QrCode;
import java.util.ArrayList;
import java.util.List;

/**
 * A text as a QR code (ISO/IEC 18004), for telephones to read: the URL of a server. With the margin
 * of four modules that the standard asks for.
 */
public final class QrPicture {

  /** Longest text, in bytes of UTF-8; long enough for any URL here, and still easy to read. */
  public static final int MAX_LENGTH = 512;

  private static final int MARGIN = 4;
  private static final String BLACK_ON_WHITE = "\u001b[30;107m";
  private static final String RESET = "\u001b[0m";

  private final QrCode code;

  private QrPicture(QrCode code) {
    this.code = code;
  }

  /**
   * @throws IllegalArgumentException the text is longer than {@value #MAX_LENGTH}
   */
  public static QrPicture of(String text) {
    try {
      if (text.length() <= MAX_LENGTH) {
        return new QrPicture(QrCode.encodeText(text, QrCode.Ecc.MEDIUM));
      }
    } catch (DataTooLongException e) {
      // The sentence below says it.
    }
    throw new IllegalArgumentException(
        "the text for a QR code may have " + MAX_LENGTH + " characters at most");
  }

  /** Modules on each side, the margin included. */
  int size() {
    return code.size + 2 * MARGIN;
  }

  boolean dark(int x, int y) {
    return code.getModule(x - MARGIN, y - MARGIN);
  }

  /**
   * For a terminal, two modules in each character.
   *
   * @param colored black on white by escape sequences; else the light modules are drawn, as fits a
   *     terminal with a dark background
   */
  public List<String> lines(boolean colored) {
    List<String> lines = new ArrayList<>();
    for (int y = 0; y < size(); y += 2) {
      StringBuilder line = new StringBuilder(colored ? BLACK_ON_WHITE : "");
      for (int x = 0; x < size(); x++) {
        boolean upper = dark(x, y) == colored;
        // Below the last line is nothing, which is neither.
        boolean lower = y + 1 < size() ? dark(x, y + 1) == colored : false;
        line.append(upper ? lower ? '█' : '▀' : lower ? '▄' : ' ');
      }
      lines.add(line.append(colored ? RESET : "").toString());
    }
    return lines;
  }

  /** A picture without a size of its own. */
  public String svg() {
    StringBuilder path = new StringBuilder();
    for (int y = 0; y < size(); y++) {
      for (int x = 0; x < size(); x++) {
        int from = x;
        while (x < size() && dark(x, y)) {
          x++;
        }
        if (x > from) {
          path.append('M').append(from).append(' ').append(y);
          path.append('h').append(x - from).append("v1h-").append(x - from).append('z');
        }
      }
    }
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 "
        + size()
        + " "
        + size()
        + "\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h"
        + size()
        + "v"
        + size()
        + "H0z\"/><path fill=\"#000\" d=\""
        + path
        + "\"/></svg>\n";
  }
}
