package dev.clasp.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens that show where a peer is, with a clock that stands still. */
class RetryTokensTest {

  private static final InetSocketAddress PEER = new InetSocketAddress("192.0.2.7", 5000);

  private long nanos = -5_000_000_000L;
  private boolean wanted = true;
  private boolean room = true;
  private final RetryTokens tokens = new RetryTokens(() -> nanos, () -> wanted, () -> room);

  private ByteBuf token(int idLength) {
    ByteBuf out = Unpooled.buffer(tokens.maxTokenLength(), tokens.maxTokenLength());
    assertThat(tokens.writeToken(out, Unpooled.wrappedBuffer(Wire.bytes(idLength)), PEER)).isTrue();
    return out;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 8, 20})
  void aTokenComesBackWithTheIdInIt(int idLength) {
    ByteBuf token = token(idLength);
    int at = tokens.validateToken(token.slice(), PEER);

    byte[] id = new byte[token.readableBytes() - at];
    token.getBytes(at, id);
    assertThat(id).isEqualTo(Wire.bytes(idLength));
  }

  @Test
  void itIsOfNoUseElsewhere() {
    ByteBuf token = token(8);

    assertThat(tokens.validateToken(token, new InetSocketAddress("192.0.2.8", 5000))).isNegative();
    assertThat(tokens.validateToken(token, new InetSocketAddress("192.0.2.7", 5001))).isNegative();
    assertThat(new RetryTokens(() -> nanos, () -> true, () -> true).validateToken(token, PEER))
        .as("for another server")
        .isNegative();
  }

  @Test
  void itExpires() {
    ByteBuf token = token(8);
    nanos += TimeUnit.MILLISECONDS.toNanos(RetryTokens.VALID_MILLIS);
    assertThat(tokens.validateToken(token, PEER)).isPositive();
    nanos += TimeUnit.MILLISECONDS.toNanos(1);

    assertThat(tokens.validateToken(token, PEER)).isNegative();
  }

  @Test
  void everyByteOfItCounts() {
    ByteBuf token = token(20);
    for (int i = 0; i < token.readableBytes(); i++) {
      token.setByte(i, token.getByte(i) ^ 1);
      assertThat(tokens.validateToken(token, PEER)).as("byte " + i).isNegative();
      token.setByte(i, token.getByte(i) ^ 1);
    }
    assertThat(tokens.validateToken(token, PEER)).isPositive();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 23, 24, 44, 45, 1200})
  void garbageIsNoToken(int length) {
    assertThat(tokens.validateToken(Unpooled.wrappedBuffer(Wire.bytes(length)), PEER)).isNegative();
  }

  @Test
  void thereIsNoneWhenThereIsNoNeed() {
    wanted = false;

    assertThat(tokens.writeToken(Unpooled.buffer(), Unpooled.buffer(), PEER)).isFalse();
  }

  @Test
  void aGenuineTokenWaitsWhenThereIsNoRoom() {
    ByteBuf token = token(8);
    room = false;
    assertThat(tokens.validateToken(token, PEER)).isNegative();
    room = true;

    assertThat(tokens.validateToken(token, PEER)).isPositive();
  }
}
