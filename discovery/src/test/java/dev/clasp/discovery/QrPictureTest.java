package dev.clasp.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.zxing.BinaryBitmap;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is drawn is read by another library than the one that draws. */
class QrPictureTest {

  private static final int SCALE = 6;

  private static String read(int size, boolean[][] dark) throws Exception {
    int side = size * SCALE;
    int[] pixels = new int[side * side];
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        pixels[y * side + x] = dark[y / SCALE][x / SCALE] ? 0xFF000000 : 0xFFFFFFFF;
      }
    }
    return new QRCodeReader()
        .decode(new BinaryBitmap(new HybridBinarizer(new RGBLuminanceSource(side, side, pixels))))
        .getText();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ws://192.168.1.20:7330/",
        "wss://[2001:db8::1]:7330/clasp",
        "http://stage.local:7330/",
        "Bühne ☃",
      })
  void theSvgIsReadBack(String text) throws Exception {
    String svg = QrPicture.of(text).svg();
    Matcher box = Pattern.compile("viewBox=\"0 0 (\\d+) \\1\"").matcher(svg);
    assertThat(box.find()).isTrue();
    int size = Integer.parseInt(box.group(1));
    boolean[][] dark = new boolean[size][size];
    Matcher runs = Pattern.compile("M(\\d+) (\\d+)h(\\d+)v1h-\\3z").matcher(svg);
    while (runs.find()) {
      int x = Integer.parseInt(runs.group(1));
      for (int i = 0; i < Integer.parseInt(runs.group(3)); i++) {
        dark[Integer.parseInt(runs.group(2))][x + i] = true;
      }
    }
    assertThat(read(size, dark)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theTerminalIsReadBack(boolean colored) throws Exception {
    String text = "ws://192.168.1.20:7330/";
    List<String> lines = QrPicture.of(text).lines(colored);
    int size = lines.getFirst().replaceAll("\u001b\\[[0-9;]*m", "").length();
    boolean[][] dark = new boolean[size][size];
    for (int y = 0; y < size; y++) {
      String line = lines.get(y / 2).replaceAll("\u001b\\[[0-9;]*m", "");
      for (int x = 0; x < size; x++) {
        char c = line.charAt(x);
        boolean drawn = c == '█' || c == (y % 2 == 0 ? '▀' : '▄');
        dark[y][x] = drawn == colored;
      }
    }
    assertThat(read(size, dark)).isEqualTo(text);
  }

  @Test
  void aTextThatIsTooLongIsRefused() {
    QrPicture.of("x".repeat(QrPicture.MAX_LENGTH)).svg();
    assertThatThrownBy(() -> QrPicture.of("x".repeat(QrPicture.MAX_LENGTH + 1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
