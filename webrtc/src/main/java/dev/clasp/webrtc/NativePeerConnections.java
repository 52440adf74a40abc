package dev.clasp.webrtc;

import dev.clasp.webrtc.PeerException.Kind;
import dev.onvoid.webrtc.CreateSessionDescriptionObserver;
import dev.onvoid.webrtc.PeerConnectionFactory;
import dev.onvoid.webrtc.PeerConnectionObserver;
import dev.onvoid.webrtc.RTCAnswerOptions;
import dev.onvoid.webrtc.RTCConfiguration;
import dev.onvoid.webrtc.RTCDataChannel;
import dev.onvoid.webrtc.RTCDataChannelBuffer;
import dev.onvoid.webrtc.RTCDataChannelInit;
import dev.onvoid.webrtc.RTCDataChannelObserver;
import dev.onvoid.webrtc.RTCDataChannelState;
import dev.onvoid.webrtc.RTCIceCandidate;
import dev.onvoid.webrtc.RTCIceGatheringState;
import dev.onvoid.webrtc.RTCIceServer;
import dev.onvoid.webrtc.RTCOfferOptions;
import dev.onvoid.webrtc.RTCPeerConnection;
import dev.onvoid.webrtc.RTCPeerConnectionState;
import dev.onvoid.webrtc.RTCSdpType;
import dev.onvoid.webrtc.RTCSessionDescription;
import dev.onvoid.webrtc.SetSessionDescriptionObserver;
import dev.onvoid.webrtc.media.audio.HeadlessAudioDeviceModule;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections of the library webrtc-java. All that is known about its manners is here:
 *
 * <ul>
 *   <li>without an audio module of its own it looks for a sound card and aborts the process where
 *       there is none;
 *   <li>bad descriptions and candidates come back as {@link Error}, some at once and some later;
 *   <li>its callbacks come on its own thread, with buffers that are gone afterwards, and calls from
 *       other threads wait for that thread: so callbacks only copy and hand over;
 *   <li>a call on something that was closed or disposed reads freed memory: everything is kept to
 *       the loop, and nothing is called after the end.
 * </ul>
 */
final class NativePeerConnections implements PeerConnection.Factory {

  private static final Logger LOG = LoggerFactory.getLogger(PeerToPeer.class);

  static final String UNRELIABLE = "clasp";
  static final String RELIABLE = "clasp-reliable";

  /** A connection without signs of life may come back for so long. */
  private static final Duration SILENCE = Duration.ofSeconds(3);

  private final List<IceServer> servers;
  private final Loop loop;
  private final ReceiveBudget budget;

  private @Nullable PeerConnectionFactory factory;
  private @Nullable HeadlessAudioDeviceModule audio;

  NativePeerConnections(List<IceServer> servers, Loop loop, ReceiveBudget budget) {
    this.servers = servers;
    this.loop = loop;
    this.budget = budget;
  }

  @Override
  public PeerConnection open(PeerConnection.Listener listener) {
    try {
      PeerConnectionFactory made = factory;
      if (made == null) {
        audio = new HeadlessAudioDeviceModule();
        made = new PeerConnectionFactory(audio);
        factory = made;
      }
      Native connection = new Native(listener);
      connection.begin(made.createPeerConnection(configuration(), connection));
      return connection;
    } catch (RuntimeException | Error e) {
      throw new PeerException(
          Kind.UNSUPPORTED,
          "WebRTC does not work on this machine ("
              + System.getProperty("os.name")
              + ", "
              + System.getProperty("os.arch")
              + "): "
              + e
              + "; data can go through the router",
          e);
    }
  }

  private RTCConfiguration configuration() {
    RTCConfiguration configuration = new RTCConfiguration();
    for (IceServer server : servers) {
      RTCIceServer ice = new RTCIceServer();
      ice.urls = new ArrayList<>(server.urls());
      server
          .login()
          .ifPresent(login -> {
            ice.username = login.user();
            ice.password = login.password();
          });
      configuration.iceServers.add(ice);
    }
    return configuration;
  }

  @Override
  public void close() {
    if (factory != null) {
      factory.dispose();
      factory = null;
    }
    if (audio != null) {
      audio.dispose();
      audio = null;
    }
  }

  /** One connection. Fields on the loop; the observer's methods on the library's thread. */
  private final class Native implements PeerConnection, PeerConnectionObserver {

    private final Listener listener;
    private @Nullable RTCPeerConnection connection;
    private @Nullable RTCDataChannel reliable;
    private @Nullable RTCDataChannel unreliable;
    private boolean reliableOpen;
    private boolean unreliableOpen;
    private boolean gathered;
    private boolean closed;
    private boolean ended;
    private Loop.@Nullable Timer silence;
    private @Nullable Runnable drained;

    Native(Listener listener) {
      this.listener = listener;
    }

    void begin(RTCPeerConnection made) {
      connection = made;
    }

    private RTCPeerConnection connection() {
      RTCPeerConnection made = connection;
      if (made == null || closed) {
        throw new IllegalStateException("closed");
      }
      return made;
    }

    // --- the loop --------------------------------------------------------------------------------

    /** Runs on the loop, unless closed by then; a failure ends the connection. */
    private void later(Runnable task) {
      loop.execute(() -> {
        if (!closed) {
          guarded(task);
        }
      });
    }

    private void guarded(Runnable task) {
      try {
        task.run();
      } catch (RuntimeException | Error e) {
        end(String.valueOf(e.getMessage()));
      }
    }

    private void end(String reason) {
      if (!ended && !closed) {
        ended = true;
        listener.ended(reason);
      }
    }

    @Override
    public void offer() {
      guarded(() -> {
        RTCDataChannelInit lossy = new RTCDataChannelInit();
        lossy.ordered = false;
        lossy.maxRetransmits = 0;
        adopt(connection().createDataChannel(UNRELIABLE, lossy), false);
        adopt(connection().createDataChannel(RELIABLE, new RTCDataChannelInit()), true);
        connection().createOffer(new RTCOfferOptions(), new Created());
      });
    }

    @Override
    public void answer(String offer) {
      guarded(() ->
          connection()
              .setRemoteDescription(
                  new RTCSessionDescription(RTCSdpType.OFFER, offer),
                  new Set(() -> {
                    listener.remoteSet();
                    if (!closed) {
                      connection().createAnswer(new RTCAnswerOptions(), new Created());
                    }
                  })));
    }

    @Override
    public void complete(String answer) {
      guarded(() ->
          connection()
              .setRemoteDescription(
                  new RTCSessionDescription(RTCSdpType.ANSWER, answer),
                  new Set(listener::remoteSet)));
    }

    @Override
    public void add(Candidate candidate) {
      try {
        connection()
            .addIceCandidate(
                new RTCIceCandidate(candidate.mid(), candidate.index(), candidate.line()));
      } catch (RuntimeException | Error e) {
        LOG.debug("the library does not take a candidate: {}", e.getMessage());
      }
    }

    @Override
    public String localDescription() {
      return connection().getLocalDescription().sdp;
    }

    @Override
    public long buffered(boolean overReliable) {
      RTCDataChannel channel = channel(overReliable);
      return channel == null ? 0 : channel.getBufferedAmount();
    }

    @Override
    public boolean send(byte[] data, boolean overReliable) {
      RTCDataChannel channel = channel(overReliable);
      // The library takes data for a closed channel too, and forgets it.
      if (channel == null || channel.getState() != RTCDataChannelState.OPEN) {
        return false;
      }
      try {
        channel.send(new RTCDataChannelBuffer(ByteBuffer.wrap(data), true));
        return true;
      } catch (Exception e) {
        LOG.debug("the data channel does not take a message", e);
        return false;
      }
    }

    private @Nullable RTCDataChannel channel(boolean overReliable) {
      if (closed) {
        return null;
      }
      return overReliable ? (reliableOpen ? reliable : null) : (unreliableOpen ? unreliable : null);
    }

    @Override
    public void drain(Runnable done) {
      RTCDataChannel channel = channel(true);
      if (channel == null) {
        done.run();
        return;
      }
      drained = done;
      guarded(channel::close);
    }

    @Override
    public void close() {
      if (closed) {
        return;
      }
      closed = true;
      if (silence != null) {
        silence.cancel();
      }
      for (RTCDataChannel channel : channels()) {
        channel.unregisterObserver();
      }
      if (connection != null) {
        connection.close();
      }
      for (RTCDataChannel channel : channels()) {
        channel.dispose();
      }
      reliable = null;
      unreliable = null;
    }

    private List<RTCDataChannel> channels() {
      List<RTCDataChannel> all = new ArrayList<>(2);
      if (reliable != null) {
        all.add(reliable);
      }
      if (unreliable != null) {
        all.add(unreliable);
      }
      return all;
    }

    // --- channels --------------------------------------------------------------------------------

    /** A channel of our own. */
    private void adopt(RTCDataChannel channel, boolean isReliable) {
      if (isReliable) {
        reliable = channel;
      } else {
        unreliable = channel;
      }
      channel.registerObserver(new Watched(channel, isReliable));
    }

    /** The library's thread: a channel of the peer. What it brings waits until this returns. */
    @Override
    public void onDataChannel(RTCDataChannel channel) {
      String label = channel.getLabel();
      boolean isReliable = label.equals(RELIABLE);
      if (!isReliable && !label.equals(UNRELIABLE)) {
        loop.execute(() -> throwAway(channel));
        return;
      }
      boolean asItShould = !isReliable || (channel.isReliable() && channel.isOrdered());
      channel.registerObserver(new Watched(channel, isReliable));
      loop.execute(() -> taken(channel, isReliable, asItShould));
      if (channel.getState() == RTCDataChannelState.OPEN) {
        later(() -> opened(isReliable));
      }
    }

    private void taken(RTCDataChannel channel, boolean isReliable, boolean asItShould) {
      if (closed || (isReliable ? reliable : unreliable) != null) {
        channel.unregisterObserver();
        throwAway(channel);
      } else if (isReliable) {
        reliable = channel;
      } else {
        unreliable = channel;
      }
      if (!asItShould) {
        end("the peer's channel " + RELIABLE + " is not reliable");
      }
    }

    private void throwAway(RTCDataChannel channel) {
      if (!closed) {
        channel.close();
      }
      channel.dispose();
    }

    private void opened(boolean isReliable) {
      boolean first = isReliable ? !reliableOpen : !unreliableOpen;
      if (isReliable) {
        reliableOpen = true;
      } else {
        unreliableOpen = true;
      }
      if (first) {
        listener.open(isReliable);
      }
    }

    private void channelClosed(boolean isReliable) {
      if (!isReliable) {
        unreliableOpen = false;
        return;
      }
      boolean stood = reliableOpen;
      reliableOpen = false;
      if (drained != null) {
        drained.run();
      } else if (!stood) {
        end("the peer closed the connection before it stood");
      } else if (!ended) {
        ended = true;
        listener.left();
      }
    }

    /** What the library tells of one channel, on its thread. */
    private final class Watched implements RTCDataChannelObserver {

      private final RTCDataChannel channel;
      private final boolean isReliable;

      Watched(RTCDataChannel channel, boolean isReliable) {
        this.channel = channel;
        this.isReliable = isReliable;
      }

      @Override
      public void onBufferedAmountChange(long previous) {}

      @Override
      public void onStateChange() {
        switch (channel.getState()) {
          case OPEN -> later(() -> opened(isReliable));
          case CLOSED -> later(() -> channelClosed(isReliable));
          // What was sent before is still on its way.
          case CONNECTING, CLOSING -> {}
        }
      }

      @Override
      public void onMessage(RTCDataChannelBuffer buffer) {
        int length = buffer.data.remaining();
        if (length > Limits.MAX_MESSAGE) {
          later(() -> end("the peer sent a message of " + length + " bytes"));
        } else if (budget.take(length)) {
          byte[] data = new byte[length];
          buffer.data.get(data);
          loop.execute(() -> listener.message(data, isReliable));
        } else if (isReliable) {
          later(() -> end("the peer sends faster than the application takes it"));
        }
      }
    }

    // --- the library's thread --------------------------------------------------------------------

    @Override
    public void onIceCandidate(RTCIceCandidate ice) {
      Candidate candidate =
          new Candidate(ice.sdp, ice.sdpMid, Math.max(0, ice.sdpMLineIndex), fragment(ice.sdp));
      later(() -> listener.candidate(candidate));
    }

    private static Optional<String> fragment(String line) {
      int at = line.indexOf(" ufrag ");
      return at < 0
          ? Optional.empty()
          : Optional.of(line.substring(at + " ufrag ".length()).split(" ", 2)[0]);
    }

    @Override
    public void onIceGatheringChange(RTCIceGatheringState state) {
      if (state == RTCIceGatheringState.COMPLETE) {
        later(() -> {
          if (!gathered) {
            gathered = true;
            listener.gathered();
          }
        });
      }
    }

    @Override
    public void onConnectionChange(RTCPeerConnectionState state) {
      later(() -> {
        if (silence != null) {
          silence.cancel();
          silence = null;
        }
        switch (state) {
          case FAILED -> end(reliableOpen ? "the connection was lost" : "no direct way was found");
          case DISCONNECTED ->
              silence = loop.after(SILENCE, () -> end("the peer gives no sign of life"));
          case NEW, CONNECTING, CONNECTED, CLOSED -> {}
        }
      });
    }

    private final class Created implements CreateSessionDescriptionObserver {
      @Override
      public void onSuccess(RTCSessionDescription description) {
        later(() -> connection().setLocalDescription(description, new Set(listener::localSet)));
      }

      @Override
      public void onFailure(String error) {
        later(() -> end(error));
      }
    }

    private final class Set implements SetSessionDescriptionObserver {

      private final Runnable then;

      Set(Runnable then) {
        this.then = then;
      }

      @Override
      public void onSuccess() {
        later(then);
      }

      @Override
      public void onFailure(String error) {
        later(() -> end(error));
      }
    }
  }
}
