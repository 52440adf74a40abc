package dev.clasp.oscquery;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.stream.ChunkedInput;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * A node with everything below it as JSON, piece by piece: memory is that of one piece and of the
 * depth, however big the tree. What changes meanwhile may be seen or not; the JSON is always whole.
 */
final class TreeWalk implements ChunkedInput<ByteBuf> {

  /** Bytes of a piece, and a little more. */
  static final int PIECE = 16 << 10;

  private static final JsonFactory FACTORY = new JsonFactory();

  private final NodeJson nodeJson;
  private final Piece piece = new Piece();
  private final JsonGenerator json;
  private final Deque<Iterator<TreeNode>> open = new ArrayDeque<>();
  private @Nullable TreeNode start;
  private final boolean contentsOnly;
  private boolean ended;
  private long progress;

  /**
   * @param contentsOnly an object that has nothing but CONTENTS
   */
  TreeWalk(NodeJson nodeJson, TreeNode start, boolean contentsOnly) throws IOException {
    this.nodeJson = nodeJson;
    this.start = start;
    this.contentsOnly = contentsOnly;
    this.json = FACTORY.createGenerator(piece);
  }

  /** Where the generator writes to. */
  private static final class Piece extends OutputStream {
    private @Nullable ByteBuf target;

    @Override
    public void write(int b) {
      buffer().writeByte(b);
    }

    @Override
    public void write(byte[] b, int offset, int length) {
      buffer().writeBytes(b, offset, length);
    }

    private ByteBuf buffer() {
      ByteBuf buffer = target;
      if (buffer == null) {
        throw new IllegalStateException("no piece is being written");
      }
      return buffer;
    }
  }

  @Override
  public @Nullable ByteBuf readChunk(ByteBufAllocator allocator) throws IOException {
    if (ended) {
      return null;
    }
    ByteBuf buffer = allocator.buffer(PIECE + 2048);
    piece.target = buffer;
    try {
      while (!ended && buffer.readableBytes() < PIECE) {
        step();
      }
      progress += buffer.readableBytes();
      return buffer;
    } catch (IOException | RuntimeException e) {
      buffer.release();
      throw e;
    } finally {
      piece.target = null;
    }
  }

  private void step() throws IOException {
    TreeNode first = start;
    if (first != null) {
      start = null;
      begin(first, !contentsOnly);
    } else {
      Iterator<TreeNode> children = open.getFirst();
      if (children.hasNext()) {
        TreeNode child = children.next();
        json.writeFieldName(child.name());
        begin(child, true);
      } else {
        json.writeEndObject();
        json.writeEndObject();
        open.removeFirst();
      }
    }
    if (open.isEmpty()) {
      ended = true;
      json.flush();
    }
  }

  private void begin(TreeNode node, boolean attributes) throws IOException {
    json.writeStartObject();
    if (attributes) {
      nodeJson.writeAll(json, node);
    }
    if (node.hasChildren() || node.parent() == null && attributes) {
      json.writeObjectFieldStart("CONTENTS");
      open.addFirst(node.children().iterator());
    } else {
      json.writeEndObject();
    }
  }

  @Override
  @Deprecated
  public @Nullable ByteBuf readChunk(ChannelHandlerContext context) throws IOException {
    return readChunk(context.alloc());
  }

  @Override
  public boolean isEndOfInput() {
    return ended;
  }

  @Override
  public long length() {
    return -1;
  }

  @Override
  public long progress() {
    return progress;
  }

  @Override
  public void close() throws IOException {
    ended = true;
    piece.target = null;
  }
}
