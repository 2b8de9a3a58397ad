using System.Diagnostics;

namespace Lamina.Rooms.Tests.Images;

/// <summary>
/// A static program that speaks the Runtime API: it answers each event with its arguments, working directory, user and environment. As an
/// extension it registers, says what it sees of the environment, and waits.
/// </summary>
internal static class ImageProgram
{
    private const string Source = """
        #include <arpa/inet.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/socket.h>
        #include <unistd.h>

        extern char **environ;
        static char answer[1 << 16], body[1 << 16], request[1 << 17];

        static void exchange(const char *text)
        {
            char host[64];
            int port = 0;
            sscanf(getenv("AWS_LAMBDA_RUNTIME_API"), "%63[^:]:%d", host, &port);
            struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
            inet_pton(AF_INET, host, &at.sin_addr);
            int api = socket(AF_INET, SOCK_STREAM, 0);
            if (connect(api, (struct sockaddr *)&at, sizeof at) < 0 || write(api, text, strlen(text)) < 0)
                exit(3);
            size_t length = 0;
            ssize_t part;
            while ((part = read(api, answer + length, sizeof answer - 1 - length)) > 0)
                length += part;
            answer[length] = 0;
            close(api);
        }

        static void add(const char *text)
        {
            size_t at = strlen(body);
            body[at++] = '"';
            for (; *text; text++) {
                if (*text == '"' || *text == '\\')
                    body[at++] = '\\';
                body[at++] = *text;
            }
            strcpy(body + at, "\"");
        }

        static void extend(const char *name)
        {
            sprintf(request, "POST /2020-01-01/extension/register HTTP/1.1\r\nHost: api\r\nConnection: close\r\nLambda-Extension-Name: %s\r\n"
                "Content-Length: 13\r\n\r\n{\"events\":[]}", name);
            exchange(request);
            char *id = strcasestr(answer, "lambda-extension-identifier: ");
            if (!id)
                exit(5);
            id += strlen("lambda-extension-identifier: ");
            id[strcspn(id, "\r\n")] = 0;
            printf("an extension sees %s and %s\n", getenv("IMAGE"), getenv("AWS_LAMBDA_LOG_GROUP_NAME") ? "too much" : "no more");
            fflush(stdout);
            sprintf(request, "GET /2020-01-01/extension/event/next HTTP/1.1\r\nHost: api\r\nConnection: close\r\nLambda-Extension-Identifier: %s\r\n\r\n", id);
            exchange(request);
            exit(0);
        }

        int main(int argc, char **argv)
        {
            if (strncmp(argv[0], "/opt/extensions/", 16) == 0)
                extend(argv[0] + 16);
            for (;;) {
                exchange("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: api\r\nConnection: close\r\n\r\n");
                char *id = strcasestr(answer, "lambda-runtime-aws-request-id: "), text[4096] = "", folder[4096];
                if (!id)
                    exit(4);
                id += strlen("lambda-runtime-aws-request-id: ");
                id[strcspn(id, "\r\n")] = 0;
                FILE *file = fopen("/greeting", "r");
                if (file && fgets(text, sizeof text, file))
                    fclose(file);
                strcpy(body, "{\"greeting\":");
                add(text);
                sprintf(body + strlen(body), ",\"uid\":%d,\"writable\":%d,\"tmp\":%d,\"cwd\":", (int)getuid(), access("/", W_OK) == 0, access("/tmp", W_OK) == 0);
                add(getcwd(folder, sizeof folder));
                strcat(body, ",\"args\":[");
                for (int i = 0; i < argc; i++) {
                    strcat(body, i ? "," : "");
                    add(argv[i]);
                }
                strcat(body, "],\"env\":[");
                for (char **variable = environ; *variable; variable++) {
                    strcat(body, variable > environ ? "," : "");
                    add(*variable);
                }
                strcat(body, "]}");
                sprintf(request, "POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: api\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s",
                    id, strlen(body), body);
                exchange(request);
            }
        }
        """;

    private static readonly Lazy<byte[]> Compiled = new(Compile);

    public static byte[] Bytes => Compiled.Value;

    private static byte[] Compile()
    {
        string folder = Directory.CreateTempSubdirectory("lamina-image-").FullName;
        try
        {
            string source = Path.Combine(folder, "bootstrap.c"), program = Path.Combine(folder, "bootstrap");
            File.WriteAllText(source, Source);
            using Process compiler = Process.Start("cc", ["-static", "-O1", "-D_GNU_SOURCE", "-o", program, source]);
            compiler.WaitForExit();
            Assert.Equal(0, compiler.ExitCode);
            return File.ReadAllBytes(program);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
