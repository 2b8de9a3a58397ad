package lamina.runtime;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * HTTP/1.1 over one kept-alive socket, the little that the Runtime API needs. The JDK's clients cost 50 ms and more of every
 * cold start.
 */
final class Connection {
    static final class Response {
        final int status;
        /** By lower-case names. */
        final Map<String, String> headers;
        final byte[] body;

        Response(int status, Map<String, String> headers, byte[] body) {
            this.status = status;
            this.headers = headers;
            this.body = body;
        }
    }

    private static final byte[] NOTHING = new byte[0];

    private final String host;
    private final int port;
    private Socket socket;
    private InputStream input;

    Connection(String authority) {
        int colon = authority.lastIndexOf(':');
        host = colon < 0 ? authority : authority.substring(0, colon);
        port = colon < 0 ? 80 : Integer.parseInt(authority.substring(colon + 1));
    }

    Response get(String path) {
        return send("GET", path, null, 0, "");
    }

    /** Headers as lines that each end with CR LF. */
    Response post(String path, byte[] body, int length, String headers) {
        return send("POST", path, body, length, headers);
    }

    private Response send(String method, String path, byte[] body, int length, String headers) {
        try {
            open();
            String head = method + " " + path + " HTTP/1.1\r\nHost: " + host + ":" + port + "\r\nUser-Agent: lamina-java\r\n"
                + headers + (body == null ? "" : "Content-Length: " + length + "\r\n") + "\r\n";
            write(head.getBytes(StandardCharsets.ISO_8859_1), body, length);
            return read();
        } catch (IOException error) {
            throw new Disconnected(method + " " + path + ": " + error.getMessage(), error);
        }
    }

    private void open() throws IOException {
        if (socket != null && !closedByPeer()) {
            return;
        }
        close();
        socket = new Socket(host, port);
        socket.setTcpNoDelay(true);
        input = new BufferedInputStream(socket.getInputStream(), 65536);
    }

    // A handler may run for minutes; a server may close a connection that idles meanwhile. Seen before anything is sent, a new
    // connection is safe. After that nobody knows whether the request was served, so it is not repeated.
    private boolean closedByPeer() {
        try {
            socket.setSoTimeout(1);
            input.mark(1);
            return input.read() < 0;
        } catch (SocketTimeoutException nothingThere) {
            return false;
        } catch (IOException broken) {
            return true;
        } finally {
            restoreTimeout();
        }
    }

    private void restoreTimeout() {
        try {
            socket.setSoTimeout(0);
        } catch (IOException ignored) {
            // A broken socket shows at its use.
        }
    }

    private void close() throws IOException {
        if (socket != null) {
            socket.close();
            socket = null;
        }
    }

    private void write(byte[] head, byte[] body, int length) throws IOException {
        OutputStream output = socket.getOutputStream();
        try {
            if (body == null || length > 16384) {
                output.write(head);
                if (body != null) {
                    output.write(body, 0, length);
                }
            } else {
                byte[] joined = new byte[head.length + length];
                System.arraycopy(head, 0, joined, 0, head.length);
                System.arraycopy(body, 0, joined, head.length, length);
                output.write(joined);
            }
        } catch (IOException refused) {
            // A server that refuses a body (413) may answer and close before it has read it all: the answer decides.
        }
    }

    private Response read() throws IOException {
        int status;
        Map<String, String> headers;
        do {
            status = Integer.parseInt(line().split(" ", 3)[1]);
            headers = headers();
        } while (status < 200);
        byte[] body = body(status, headers);
        if ("close".equalsIgnoreCase(headers.get("connection"))) {
            close();
        }
        return new Response(status, headers, body);
    }

    private Map<String, String> headers() throws IOException {
        Map<String, String> headers = new HashMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.put(line.substring(0, colon).trim().toLowerCase(Locale.ROOT), line.substring(colon + 1).trim());
        }
        return headers;
    }

    private byte[] body(int status, Map<String, String> headers) throws IOException {
        if (headers.getOrDefault("transfer-encoding", "").contains("chunked")) {
            ByteArrayOutputStream whole = new ByteArrayOutputStream();
            for (int size = chunkSize(); size > 0; size = chunkSize()) {
                whole.write(exactly(size), 0, size);
                line();
            }
            headers();
            return whole.toByteArray();
        }
        String length = headers.get("content-length");
        return length == null || status == 204 ? NOTHING : exactly(Integer.parseInt(length));
    }

    private int chunkSize() throws IOException {
        return Integer.parseInt(line().split(";")[0].trim(), 16);
    }

    private byte[] exactly(int size) throws IOException {
        byte[] bytes = new byte[size];
        for (int filled = 0; filled < size;) {
            int read = input.read(bytes, filled, size - filled);
            if (read < 0) {
                throw new EOFException("the connection ended before the end of a body");
            }
            filled += read;
        }
        return bytes;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = input.read(); c != '\n'; c = input.read()) {
            if (c < 0) {
                throw new EOFException("the connection was closed by the Runtime API");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }
}
