package dev.clasp.ble;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.transport.BytePipe;
import dev.clasp.transport.EventLoops;
import dev.clasp.transport.Listener;
import dev.clasp.transport.ListenerFactory;
import dev.clasp.transport.Lobby;
import dev.clasp.transport.OpenLinks;
import dev.clasp.transport.StreamLink;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Inside the device is a router: what its central writes is a session with it. */
final class RouterFirmware implements Firmware, ListenerFactory, Listener {

  private static final class Session {
    private final Intake intake = new Intake();
    private final StreamLink link;

    Session(StreamLink link) {
      this.link = link;
    }
  }

  private final Map<MockDevice, Session> sessions = new ConcurrentHashMap<>();
  private final OpenLinks links = new OpenLinks();
  private volatile Lobby lobby;
  private volatile EventLoops loops;

  @SuppressWarnings("NullAway.Init") // the router gives both before there are devices
  RouterFirmware() {}

  @Override
  public Listener create(Lobby router, EventLoops its) {
    lobby = router;
    loops = its;
    return this;
  }

  @Override
  public void connected(MockDevice device) {
    StreamLink link =
        new StreamLink(
            loops.next(),
            BleMedium.MEDIUM,
            new BleAddress("central"),
            BleMedium.coding(FrameDescriptor.MAX_FRAME),
            new BytePipe() {
              @Override
              public void write(byte[] bytes) throws IOException {
                Pieces.cut(bytes, device::mtu, (value, _) -> device.notify(value));
              }

              @Override
              public void close() {
                device.hangUp();
              }
            });
    Session session = new Session(link);
    sessions.put(device, session);
    links.add(link);
    link.whenEnded(() -> links.remove(link));
    link.loop()
        .execute(() -> {
          link.open(lobby.acceptor());
          session.intake.drainTo(link);
        });
  }

  @Override
  public void written(MockDevice device, byte[] value) {
    Session session = sessions.get(device);
    if (session != null) {
      session.intake.offer(value);
    }
  }

  @Override
  public void disconnected(MockDevice device) {
    Session session = sessions.remove(device);
    if (session != null) {
      session.intake.close();
      session.link.ended(new CloseReason(CloseReason.ABNORMAL, "disconnected"));
    }
  }

  int sessions() {
    return links.size();
  }

  @Override
  public String transport() {
    return "ble";
  }

  @Override
  public void start() {}

  @Override
  public List<String> urls() {
    return List.of();
  }

  @Override
  public void stopAccepting() {}

  @Override
  public void close() {
    links.close();
    links.awaitNone();
  }
}
