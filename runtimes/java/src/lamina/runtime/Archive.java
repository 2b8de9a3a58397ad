package lamina.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;

/**
 * Makes the archive of shared classes of one stack of layers, in a process that has the layers and nothing of a function's. It loads and
 * links the classes it is told and initialises none of them, so that no code of the layers runs; the JVM writes the archive when it ends.
 * Started again with the archive's path, it sends that.
 */
final class Archive {
    private Archive() {
    }

    public static void main(String[] arguments) throws Exception {
        Connection connection = new Connection(System.getenv("AWS_LAMBDA_RUNTIME_API"));
        if (arguments.length > 0) {
            send(connection, arguments[0]);
            return;
        }
        Connection.Response told = connection.get("/lamina/start");
        Rehearsal.main(arguments);
        ClassLoader loader = Main.classLoader(System.getenv("LAMBDA_TASK_ROOT"), false);
        for (String unit : new String(told.body, StandardCharsets.US_ASCII).split("\n")) {
            load(unit.substring(unit.indexOf(' ') + 1), loader);
        }
        System.exit(0);
    }

    // What cannot be loaded, or leads to what is not there, each process finds out for itself. Asking for the constructors links a class.
    private static void load(String name, ClassLoader loader) {
        try {
            Class.forName(name, false, loader).getDeclaredConstructors();
        } catch (ClassNotFoundException | LinkageError | RuntimeException missing) {
            return;
        }
    }

    private static void send(Connection connection, String path) throws IOException {
        byte[] archive = Files.readAllBytes(Paths.get(path));
        int status = connection.post("/lamina/cache/classes.jsa", archive, archive.length, "").status;
        byte[] fault = (status == 202 ? "" : "fault the archive was answered with " + status).getBytes(StandardCharsets.US_ASCII);
        connection.post("/lamina/primed", fault, fault.length, "");
    }
}
