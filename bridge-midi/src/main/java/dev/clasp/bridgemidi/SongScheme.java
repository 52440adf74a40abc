package dev.clasp.bridgemidi;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A Standard MIDI File as a device that plays it. */
final class SongScheme implements MidiScheme {

  private static final Pattern ADDRESS = Pattern.compile("play:(.+?)(\\?loop)?");

  @Override
  public List<String> names() {
    return List.of("play");
  }

  @Override
  public List<String> help() {
    return List.of(
        "play:SONG.mid                a MIDI file that is played; ?loop for again and again");
  }

  @Override
  public MidiPort port(String address, Map<String, Value> options, EndpointContext context) {
    Matcher matcher = ADDRESS.matcher(address);
    if (!matcher.matches()) {
      throw BridgeException.lasting("a MIDI file is named like play:song.mid, not " + address);
    }
    if (!options.isEmpty()) {
      throw BridgeException.lasting("a MIDI file has no options, only ?loop behind its name");
    }
    return new SongPort(
        address, MidiSong.read(matcher.group(1)), matcher.group(2) != null, context);
  }

  /** Begins when it is opened. */
  private static final class SongPort implements MidiPort {
    private final String address;
    private final MidiSong song;
    private final boolean loop;
    private final EndpointContext context;
    private volatile boolean closed;
    private volatile @Nullable Thread player;

    SongPort(String address, MidiSong song, boolean loop, EndpointContext context) {
      this.address = address;
      this.song = song;
      this.loop = loop;
      this.context = context;
    }

    @Override
    public String name() {
      return address;
    }

    @Override
    public boolean sends() {
      return false;
    }

    @Override
    public void open(Listener listener) {
      listener.up("playing " + song.name());
      player =
          Thread.ofVirtual()
              .name("midi-song-" + context.name())
              .start(() -> {
                song.play(
                    loop,
                    () -> closed,
                    (bytes, nanos) -> {
                      if (!closed) {
                        listener.message(bytes.clone(), nanos);
                        listener.bytes(bytes.length, 0);
                      }
                    });
                if (!closed) {
                  listener.down(song.name() + " " + MidiSong.ENDED);
                }
              });
    }

    @Override
    public void send(byte[] message, long nanos) {}

    @Override
    public void close() {
      closed = true;
      Flushing.join(player);
    }
  }
}
