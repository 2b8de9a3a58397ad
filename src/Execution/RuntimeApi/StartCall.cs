namespace Lamina.Execution.RuntimeApi;

/// <summary>GET /lamina/start: an interpreter that was started in advance waits for what it is to become. Not AWS's; nobody else gets an answer.</summary>
internal static class StartCall
{
    public static async Task HandleAsync(RuntimeRequest request)
    {
        Task<ReadOnlyMemory<byte>>? begun = request.Peer.Door!.TryAskAsync();
        if (begun is null)
        {
            await RuntimeAnswers.WriteTextAsync(request, 404, "404 page not found\n");
            return;
        }

        // A shell that ends meanwhile ends with its connection; nobody begins it then.
        ReadOnlyMemory<byte> variables = await begun.WaitAsync(request.Lifetime.RequestAborted);
        await RuntimeAnswers.WriteBytesAsync(request, variables);
    }
}
