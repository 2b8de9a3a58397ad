package example;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

public class Function implements RequestHandler<Map<String, Object>, Object> {
    /** A bean as a handler's own type. */
    public static class Order {
        private String name;
        private int count;

        public String getName() {
            return name;
        }

        public void setName(String name) {
            this.name = name;
        }

        public int getCount() {
            return count;
        }

        public void setCount(int count) {
            this.count = count;
        }
    }

    public Order order(Order order, Context context) {
        order.setCount(order.getCount() + 1);
        return order;
    }

    @Override
    public Object handleRequest(Map<String, Object> event, Context context) {
        if (event.containsKey("fail")) {
            throw new IllegalStateException("asked to fail");
        }
        try {
            return answer(event, context);
        } catch (Exception error) {
            throw new RuntimeException(error);
        }
    }

    private static Object answer(Map<String, Object> event, Context context) throws Exception {
        if (event.containsKey("sleep")) {
            Thread.sleep(60_000);
        }
        if (event.containsKey("log")) {
            context.getLogger().log(String.valueOf(event.get("log")), LogLevel.WARN);
        }
        if (event.containsKey("environment")) {
            return System.getenv();
        }
        if (event.containsKey("layer")) {
            Process tool = new ProcessBuilder("tool").start();
            String said = new BufferedReader(new InputStreamReader(tool.getInputStream())).readLine();
            return Arrays.asList(Class.forName("layer.One").getField("WHO").get(null), said);
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("runtime", "java");
        answer.put("requestId", context.getAwsRequestId());
        answer.put("functionArn", context.getInvokedFunctionArn());
        answer.put("functionName", context.getFunctionName());
        answer.put("functionVersion", context.getFunctionVersion());
        answer.put("memory", String.valueOf(context.getMemoryLimitInMB()));
        answer.put("logGroup", context.getLogGroupName());
        answer.put("logStream", context.getLogStreamName());
        answer.put("remaining", event.containsKey("context") ? context.getRemainingTimeInMillis() : 0);
        answer.put("custom", context.getClientContext() == null ? null : context.getClientContext().getCustom().get("key"));
        answer.put("event", event);
        return answer;
    }
}
