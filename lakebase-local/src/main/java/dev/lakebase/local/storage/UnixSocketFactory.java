package dev.lakebase.local.storage;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/** Lets pgjdbc reach a server through its Unix socket. Public, with this constructor, because pgjdbc makes it by name. */
public final class UnixSocketFactory extends SocketFactory {

    private final UnixDomainSocketAddress address;

    /**
     * Made by pgjdbc.
     *
     * @param path the socket's path, pgjdbc's {@code socketFactoryArg}
     */
    public UnixSocketFactory(String path) {
        this.address = UnixDomainSocketAddress.of(path);
    }

    @Override
    public Socket createSocket() throws IOException {
        return new UnixSocket(address);
    }

    @Override
    public Socket createSocket(@Nullable String host, int port) throws IOException {
        return createSocket();
    }

    @Override
    public Socket createSocket(@Nullable String host, int port, @Nullable InetAddress localHost, int localPort)
            throws IOException {
        return createSocket();
    }

    @Override
    public Socket createSocket(@Nullable InetAddress host, int port) throws IOException {
        return createSocket();
    }

    @Override
    public Socket createSocket(
            @Nullable InetAddress address, int port, @Nullable InetAddress localAddress, int localPort)
            throws IOException {
        return createSocket();
    }
}
