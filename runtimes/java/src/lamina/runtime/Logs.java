package lamina.runtime;

import java.io.FileOutputStream;
import java.io.FileDescriptor;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;

/** The function's log: LambdaLogger's lines as text or JSON, each one event whatever ends of line are in it. */
final class Logs {
    private static final List<String> LEVELS = Arrays.asList("UNDEFINED", "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL");
    private static final DateTimeFormatter TIME =
        DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    static final boolean JSON = "JSON".equalsIgnoreCase(System.getenv("AWS_LAMBDA_LOG_FORMAT"));
    private static final int LEAST = Math.max(0, LEVELS.indexOf(String.valueOf(System.getenv("AWS_LAMBDA_LOG_LEVEL")).toUpperCase()));
    private static final PrintStream OUTPUT = new PrintStream(new FileOutputStream(FileDescriptor.out), true);

    static volatile String requestId;
    static volatile String tenantId;

    private Logs() {
    }

    static void log(String message, String level) {
        int rank = LEVELS.indexOf(level);
        // What has no level is not held back.
        if (rank > 0 && rank < LEAST) {
            return;
        }
        byte[] line = (JSON ? json(message, level) : text(message, level)).getBytes(StandardCharsets.UTF_8);
        OUTPUT.write(line, 0, line.length);
        OUTPUT.flush();
    }

    private static String text(String message, String level) {
        String line = message.endsWith("\n") ? message.substring(0, message.length() - 1) : message;
        return ("UNDEFINED".equals(level) ? "" : "[" + level + "] ") + line.replace('\n', '\r') + "\n";
    }

    private static String json(String message, String level) {
        StringBuilder line = new StringBuilder("{\"timestamp\":\"").append(TIME.format(Instant.now())).append("\",\"message\":");
        Json.writeString(line, message);
        line.append(",\"level\":\"").append(level).append('"');
        if (requestId != null) {
            line.append(",\"AWSRequestId\":\"").append(requestId).append('"');
        }
        if (tenantId != null) {
            line.append(",\"tenantId\":");
            Json.writeString(line, tenantId);
        }
        return line.append("}\n").toString();
    }
}
