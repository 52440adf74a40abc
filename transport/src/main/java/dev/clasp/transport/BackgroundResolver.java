package dev.clasp.transport;

import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.resolver.InetSocketAddressResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;

/**
 * Resolves host names with the JDK's resolver on threads of its own. That resolver waits, seconds
 * when a name server is gone, and an event loop must not.
 */
final class BackgroundResolver extends AddressResolverGroup<InetSocketAddress> {

  /** Has no state that would need closing. */
  static final BackgroundResolver INSTANCE = new BackgroundResolver();

  /**
   * Always this machine (RFC 6761, 6.3), and asked for by nearly every short command: the JDK would
   * look for a service in every jar before it reads a file. Empty when IPv6 is to come first.
   */
  private static final Optional<InetAddress> LOCALHOST = localhost();

  private BackgroundResolver() {}

  private static Optional<InetAddress> localhost() {
    if (!System.getProperty("java.net.preferIPv6Addresses", "false").equals("false")) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.getByAddress("localhost", new byte[] {127, 0, 0, 1}));
    } catch (UnknownHostException e) {
      throw new AssertionError("127.0.0.1 has four bytes", e);
    }
  }

  @Override
  protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
    return new InetSocketAddressResolver(executor, new Names(executor));
  }

  private static final class Names extends InetNameResolver {
    Names(EventExecutor executor) {
      super(executor);
    }

    @Override
    protected void doResolve(String name, Promise<InetAddress> promise) {
      if (LOCALHOST.isPresent() && name.equalsIgnoreCase("localhost")) {
        promise.setSuccess(LOCALHOST.get());
        return;
      }
      Thread.startVirtualThread(() -> {
        try {
          promise.trySuccess(InetAddress.getByName(name));
        } catch (UnknownHostException | RuntimeException e) {
          promise.tryFailure(e);
        }
      });
    }

    @Override
    protected void doResolveAll(String name, Promise<List<InetAddress>> promise) {
      Thread.startVirtualThread(() -> {
        try {
          promise.trySuccess(List.of(InetAddress.getAllByName(name)));
        } catch (UnknownHostException | RuntimeException e) {
          promise.tryFailure(e);
        }
      });
    }
  }
}
