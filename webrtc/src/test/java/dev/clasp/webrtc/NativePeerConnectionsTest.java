package dev.clasp.webrtc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The real library, without a network: what a hostile peer could send ends a connection and never
 * the process. That connections come about is tried by the system tests, which have networks.
 */
class NativePeerConnectionsTest {

  private static final long LIMIT_SECONDS = 60;

  private final ThreadLoop loop = new ThreadLoop();
  private final NativePeerConnections connections =
      new NativePeerConnections(List.of(), loop, new ReceiveBudget());

  /** What a connection told, in order. */
  private static final class Heard implements PeerConnection.Listener {
    final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    @Override
    public void localSet() {
      told.add("local");
    }

    @Override
    public void remoteSet() {
      told.add("remote");
    }

    @Override
    public void candidate(Candidate candidate) {}

    @Override
    public void gathered() {}

    @Override
    public void open(boolean reliable) {
      told.add("open");
    }

    @Override
    public void message(byte[] data, boolean reliable) {}

    @Override
    public void ended(String reason) {
      told.add("ended");
    }

    @Override
    public void left() {
      told.add("left");
    }

    String next() {
      try {
        String next = told.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
          throw new AssertionError("nothing happened");
        }
        return next;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted", e);
      }
    }
  }

  /** Runs on the loop, where the library is to be called. */
  private <T> T onLoop(Callable<T> task) {
    CompletableFuture<T> result = new CompletableFuture<>();
    loop.execute(() -> {
      try {
        result.complete(task.call());
      } catch (Throwable e) {
        result.completeExceptionally(e);
      }
    });
    return result.orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
  }

  private PeerConnection open(Heard heard) {
    return onLoop(() -> connections.open(heard));
  }

  private String offer() {
    Heard heard = new Heard();
    PeerConnection offering = open(heard);
    onLoop(() -> {
      offering.offer();
      return true;
    });
    return described(offering, heard);
  }

  private String described(PeerConnection connection, Heard heard) {
    assertThat(heard.next()).isEqualTo("local");
    return onLoop(() -> {
      String sdp = connection.localDescription();
      connection.close();
      return sdp;
    });
  }

  @AfterEach
  void close() {
    onLoop(() -> {
      connections.close();
      return true;
    });
    loop.end();
  }

  @Test
  void anOfferIsOneThatOurOwnCheckTakes() {
    String sdp = offer();
    assertThat(SessionDescription.check(SessionDescription.limited(sdp)).maxMessage())
        .isEqualTo(Limits.MAX_MESSAGE);
  }

  @Test
  void anOfferIsAnswered() {
    String sdp = offer();
    Heard heard = new Heard();
    PeerConnection answering = open(heard);
    onLoop(() -> {
      answering.answer(sdp);
      return true;
    });
    assertThat(heard.next()).isEqualTo("remote");
    assertThat(described(answering, heard)).contains("m=application");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n",
        "v=0\no=- 1 2 IN IP4 127.0.0.1\ns=-\nt=0 0\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\nc=IN IP4 0.0.0.0\na=mid:0\n",
        "v=0\no=- 99999999999999999999 2 IN IP4 127.0.0.1\ns=-\nt=0 0\nm=application 70000 x y\n",
        "v=0\no=- 1 2 IN IP4 127.0.0.1\ns=-\nt=0 0\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\nc=IN IP4 0.0.0.0\na=mid:0\na=ice-ufrag:x\na=ice-pwd:y\na=fingerprint:sha-256 zz\na=setup:nobody\na=sctp-port:-1\n"
      })
  void anOfferThatIsNoneEndsTheConnection(String sdp) {
    Heard heard = new Heard();
    PeerConnection answering = open(heard);
    onLoop(() -> {
      answering.answer(sdp);
      return true;
    });
    assertThat(heard.next()).isEqualTo("ended");
    onLoop(() -> {
      answering.close();
      return true;
    });
  }

  @Test
  void everyPieceOfAnOfferMayBeMissing() {
    String sdp = SessionDescription.limited(offer());
    String[] lines = sdp.split("\r\n");
    for (int missing = 0; missing < lines.length; missing++) {
      StringBuilder rest = new StringBuilder();
      for (int i = 0; i < lines.length; i++) {
        if (i != missing) {
          rest.append(lines[i]).append("\r\n");
        }
      }
      Heard heard = new Heard();
      PeerConnection answering = open(heard);
      onLoop(() -> {
        answering.answer(rest.toString());
        return true;
      });
      assertThat(heard.next()).as("without " + lines[missing]).isIn("remote", "ended");
      onLoop(() -> {
        answering.close();
        return true;
      });
    }
  }

  @Test
  void candidatesThatTheLibraryDoesNotTakeAreIgnored() {
    String sdp = offer();
    Heard heard = new Heard();
    PeerConnection answering = open(heard);
    onLoop(() -> {
      answering.answer(sdp);
      return true;
    });
    assertThat(heard.next()).isEqualTo("remote");
    onLoop(() -> {
      for (String line :
          List.of(
              "candidate:x",
              "candidate:1 1 udp 4294967296 10.0.0.1 9 typ host",
              "candidate:1 99 sctp 1 ::1 0 typ nothing raddr",
              "candidate:1 1 tcp 1 300.300.300.300 9 typ host tcptype nothing")) {
        answering.add(new Candidate(line, "0", 0, Optional.empty()));
        answering.add(new Candidate(line, "nosuch", 16, Optional.empty()));
      }
      return true;
    });
    assertThat(heard.next()).isEqualTo("local");
    onLoop(() -> {
      answering.close();
      return true;
    });
  }

  @Test
  void connectionsMayBeClosedAtEveryMoment() {
    String sdp = offer();
    for (int i = 0; i < 100; i++) {
      int when = i;
      Heard heard = new Heard();
      PeerConnection one = open(heard);
      onLoop(() -> {
        if (when % 2 == 0) {
          one.offer();
        } else {
          one.answer(sdp);
        }
        if (when % 4 < 2) {
          one.close();
        }
        return true;
      });
      if (when % 4 >= 2) {
        heard.next();
        onLoop(() -> {
          one.close();
          return true;
        });
      }
    }
  }

  @Test
  void afterTheLastConnectionAnotherFactoryCanBeMade() {
    offer();
    onLoop(() -> {
      connections.close();
      return true;
    });
    assertThat(offer()).contains("m=application");
  }
}
