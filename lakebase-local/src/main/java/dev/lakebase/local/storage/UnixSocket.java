package dev.lakebase.local.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Objects;

/**
 * As much of a {@link Socket} as pgjdbc uses, over a Unix socket. One thread may read while another writes. An
 * interruption ends the read with an error and keeps the socket whole.
 */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // the fields are volatile or final, and nothing here may pin
final class UnixSocket extends Socket {

    private final SocketChannel channel;
    private final Selector readable;
    private final Selector writable;
    private volatile int timeoutMillis;

    UnixSocket(UnixDomainSocketAddress address) throws IOException {
        this.channel = SocketChannel.open(address);
        Selector reads = null;
        Selector writes = null;
        try {
            channel.configureBlocking(false);
            reads = Selector.open();
            channel.register(reads, SelectionKey.OP_READ);
            writes = Selector.open();
            channel.register(writes, SelectionKey.OP_WRITE);
        } catch (IOException e) {
            channel.close();
            if (reads != null) {
                reads.close();
            }
            if (writes != null) {
                writes.close();
            }
            throw e;
        }
        this.readable = reads;
        this.writable = writes;
    }

    @Override
    public void connect(SocketAddress endpoint, int timeout) {
        // it is connected, to the only address it knows
    }

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public boolean isClosed() {
        return !channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        channel.close();
        readable.close();
        writable.close();
    }

    private void await(Selector selector, int millis) throws IOException {
        try {
            int ready = selector.select(millis);
            selector.selectedKeys().clear();
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("interrupted while waiting for PostgreSQL");
            }
            if (ready == 0 && millis > 0) {
                throw new SocketTimeoutException("PostgreSQL did not answer within " + millis + " ms");
            }
        } catch (ClosedSelectorException e) {
            throw new IOException("the socket was closed", e);
        }
    }

    private final InputStream input = new InputStream() {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, target.length);
            if (length == 0) {
                return 0;
            }
            ByteBuffer buffer = ByteBuffer.wrap(target, offset, length);
            int count = channel.read(buffer);
            while (count == 0) {
                await(readable, timeoutMillis);
                count = channel.read(buffer);
            }
            return count;
        }

        @Override
        public void close() throws IOException {
            UnixSocket.this.close();
        }
    };

    private final OutputStream output = new OutputStream() {
        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            ByteBuffer buffer = ByteBuffer.wrap(source, offset, length);
            while (buffer.hasRemaining()) {
                if (send(buffer) == 0) {
                    await(writable, 0);
                }
            }
        }

        @Override
        public void close() throws IOException {
            UnixSocket.this.close();
        }
    };

    /**
     * A server that has hung up has said why, and that answer waits to be read. Unlike TCP a Unix socket already
     * refuses the write, which would hide it; so the write goes nowhere, and the next read tells.
     */
    private int send(ByteBuffer buffer) throws IOException {
        try {
            return channel.write(buffer);
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException hungUp) {
            int unsent = buffer.remaining();
            buffer.position(buffer.limit());
            return unsent;
        }
    }

    @Override
    public InputStream getInputStream() {
        return input;
    }

    @Override
    public OutputStream getOutputStream() {
        return output;
    }

    @Override
    public void setSoTimeout(int timeout) {
        timeoutMillis = timeout;
    }

    @Override
    public int getSoTimeout() {
        return timeoutMillis;
    }

    @Override
    public void shutdownInput() throws IOException {
        channel.shutdownInput();
    }

    @Override
    public void shutdownOutput() throws IOException {
        channel.shutdownOutput();
    }

    // what only TCP has

    @Override
    public void setTcpNoDelay(boolean on) {}

    @Override
    public boolean getTcpNoDelay() {
        return true;
    }

    @Override
    public void setKeepAlive(boolean on) {}

    @Override
    public void setSoLinger(boolean on, int linger) {}

    @Override
    public void setReceiveBufferSize(int size) {}

    @Override
    public int getReceiveBufferSize() {
        return 1 << 16;
    }

    @Override
    public void setSendBufferSize(int size) {}

    @Override
    public int getSendBufferSize() {
        return 1 << 16;
    }
}
