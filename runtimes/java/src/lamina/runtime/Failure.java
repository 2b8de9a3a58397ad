package lamina.runtime;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An exception as it is answered and logged. */
final class Failure {
    private static final int MAX_CAUSES = 50;
    private static final boolean HAS_MODULES = !System.getProperty("java.specification.version").startsWith("1.");

    private final Throwable error;
    private final String title;

    Failure(Throwable error) {
        this.error = error;
        title = error.getMessage() == null ? "" : error.getMessage();
    }

    byte[] document() {
        try {
            return JsonWriter.write(describe(error, 0)).getBytes(StandardCharsets.UTF_8);
        } catch (ReflectiveOperationException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** One log event: the message, the class, then the trace as Java prints it. */
    String text() {
        StringBuilder text = new StringBuilder(title).append(title.isEmpty() ? "" : ": ").append(typeOf(error));
        Throwable at = error;
        for (int causes = 0; at != null && causes < MAX_CAUSES; causes++) {
            text.append('\n').append(causes == 0 ? "" : "Caused by: ").append(typeOf(at)).append(at.getMessage() == null ? "" : ": " + at.getMessage());
            for (String frame : frames(at)) {
                text.append("\n\tat ").append(frame);
            }
            at = at.getCause();
        }
        return text.append('\n').toString();
    }

    /** A fault of the runtime's has no class that the function knows. */
    private static String typeOf(Throwable error) {
        return error instanceof Fault ? RuntimeException.class.getName() : error.getClass().getName();
    }

    private static Map<String, Object> describe(Throwable error, int depth) {
        Map<String, Object> document = new LinkedHashMap<>();
        if (error.getMessage() != null) {
            document.put("errorMessage", error.getMessage());
        }
        document.put("errorType", typeOf(error));
        document.put("stackTrace", frames(error));
        if (error.getCause() != null && error.getCause() != error && depth < MAX_CAUSES) {
            document.put("cause", describe(error.getCause(), depth + 1));
        }
        return document;
    }

    /** Down to the handler; how the runtime called it tells nobody anything. */
    private static List<String> frames(Throwable error) {
        List<String> frames = new ArrayList<>();
        StackTraceElement[] trace = error.getStackTrace();
        int end = trace.length;
        for (int i = 0; i < trace.length; i++) {
            if (trace[i].getClassName().startsWith("lamina.runtime.")) {
                end = i;
                break;
            }
        }
        while (end < trace.length && end > 0 && isReflection(trace[end - 1].getClassName())) {
            end--;
        }
        for (int i = 0; i < end; i++) {
            // Without the module and loader that newer versions print.
            StackTraceElement frame = trace[i];
            String place = frame.isNativeMethod() ? "Native Method"
                : frame.getFileName() == null ? "Unknown Source"
                : frame.getFileName() + (frame.getLineNumber() >= 0 ? ":" + frame.getLineNumber() : "");
            String module = HAS_MODULES && frame.getClassName().startsWith("java.") ? "java.base/" : "";
            frames.add(module + frame.getClassName() + "." + frame.getMethodName() + "(" + place + ")");
        }
        return frames;
    }

    private static boolean isReflection(String type) {
        return type.startsWith("java.lang.reflect.") || type.startsWith("jdk.internal.reflect.") || type.startsWith("sun.reflect.")
            || type.startsWith("java.lang.invoke.");
    }
}
