package lamina.runtime;

import java.io.File;
import java.lang.reflect.Field;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The story: load the handler, then for ever: take an event, run the handler, answer.
 *
 * <p>1. The class path is the code, its lib/*.jar, the layers' java/lib/*.jar and last the interfaces, for functions that bring
 * none; the handler's class is loaded and made: that is the function's Init.
 * <p>2. A constructor or static block that throws is told to /init/error, and the process ends. A handler that is not there is
 * told to whoever invokes it, as Lambda does.
 * <p>3. `next` blocks until there is an event. What the handler throws is that invocation's error; after an error of the machine
 * itself (no memory, a broken stack) the process ends too.
 */
public final class Main {
    private static final String API = "/2018-06-01/runtime";
    private static final String TRACE = "com.amazonaws.xray.traceHeader";
    private static final Map<String, String> OPEN_ENVIRONMENT = openEnvironment(System.getenv("AWS_EXECUTION_ENV"));

    private Main() {
    }

    public static void main(String[] arguments) {
        Connection connection = new Connection(System.getenv("AWS_LAMBDA_RUNTIME_API"));
        int exitCode = 1;
        try {
            exitCode = run(connection, arguments.length > 0);
        } catch (Disconnected error) {
            System.err.println("The Runtime API is gone: " + error.getMessage());
        } catch (Exception error) {
            fail(connection, API + "/init/error", error);
        }
        System.exit(exitCode);
    }

    private static int run(Connection connection, boolean tells) throws Exception {
        ClassLoader loader = classLoader(System.getenv("LAMBDA_TASK_ROOT"), tells);
        Thread.currentThread().setContextClassLoader(loader);
        Views views = new Views(loader);
        Handler handler = null;
        Throwable missing = null;
        try {
            handler = Handler.load(String.valueOf(System.getenv("_HANDLER")), loader, views);
        } catch (InitFailure error) {
            fail(connection, API + "/init/error", error.getCause());
            return 1;
        } catch (ReflectiveOperationException | LinkageError | Fault error) {
            missing = error;
        }
        if (loader instanceof Learning) {
            ((Learning) loader).tell(connection);
        }
        while (true) {
            Connection.Response event = connection.get(API + "/invocation/next");
            if (event.status != 200) {
                throw new Disconnected("next was answered with " + event.status, null);
            }
            if (!serve(connection, handler, missing, event)) {
                return 1;
            }
        }
    }

    private static boolean serve(Connection connection, Handler handler, Throwable missing, Connection.Response event) {
        Logs.requestId = event.headers.get("lambda-runtime-aws-request-id");
        Logs.tenantId = event.headers.get("lambda-runtime-aws-tenant-id");
        setTrace(event.headers.get("lambda-runtime-trace-id"));
        String target = API + "/invocation/" + Logs.requestId;
        byte[] answer;
        try {
            if (missing != null) {
                throw missing;
            }
            answer = handler.call(event);
        } catch (Throwable error) {
            fail(connection, target + "/error", error);
            return !(error instanceof VirtualMachineError);
        } finally {
            System.out.flush();
            // A handler may have left the mark of an interrupt on the thread; the next one shall not find it.
            Thread.interrupted();
        }
        // A refusal (413, 403) is the platform's to report; the environment goes on.
        connection.post(target + "/response", answer, answer.length, "Content-Type: application/json\r\n");
        return true;
    }

    private static void fail(Connection connection, String target, Throwable error) {
        Failure failure = new Failure(error);
        Logs.log(failure.text(), Logs.JSON ? "ERROR" : "UNDEFINED");
        byte[] document = failure.document();
        String type = error instanceof Fault || error instanceof ClassNotFoundException ? "Runtime.BadFunctionCode" : error.getClass().getName();
        connection.post(
            target, document, document.length,
            "Content-Type: application/json\r\nLambda-Runtime-Function-Error-Type: " + type.replaceAll("[^ -~]", "?") + "\r\n");
    }

    private static void setTrace(String trace) {
        if (trace == null) {
            System.clearProperty(TRACE);
        } else {
            System.setProperty(TRACE, trace);
        }
        if (trace != null && OPEN_ENVIRONMENT != null) {
            OPEN_ENVIRONMENT.put("_X_AMZN_TRACE_ID", trace);
        }
    }

    /**
     * Under Java 8 and 11 the trace is a variable too, as it is not under later ones: the map behind the one that the JVM shows, which
     * cannot be written to. Null for the later ones, and where the JVM keeps that map to itself.
     */
    @SuppressWarnings("unchecked")
    private static Map<String, String> openEnvironment(String runtime) {
        if (!"AWS_Lambda_java8.al2".equals(runtime) && !"AWS_Lambda_java11".equals(runtime)) {
            return null;
        }
        try {
            Field behind = Class.forName("java.util.Collections$UnmodifiableMap").getDeclaredField("m");
            behind.setAccessible(true);
            return (Map<String, String>) behind.get(System.getenv());
        } catch (ReflectiveOperationException | RuntimeException closed) {
            return null;
        }
    }

    static ClassLoader classLoader(String task, boolean tells) throws MalformedURLException {
        List<URL> path = new ArrayList<>();
        path.add(new File(task + "/").toURI().toURL());
        addJars(path, new File(task, "lib"));
        addJars(path, new File("/opt/java/lib"));
        path.add(new File(System.getProperty("lamina.api")).toURI().toURL());
        URL[] urls = path.toArray(new URL[0]);
        ClassLoader parent = ClassLoader.getSystemClassLoader().getParent();
        return tells ? new Learning(urls, parent) : new URLClassLoader(urls, parent);
    }

    // In the order of their names, so that the same class path shows the same classes everywhere.
    private static void addJars(List<URL> path, File folder) throws MalformedURLException {
        File[] files = folder.listFiles((parent, name) -> name.endsWith(".jar"));
        if (files != null) {
            Arrays.sort(files);
            for (File file : files) {
                path.add(file.toURI().toURL());
            }
        }
    }
}
