"""A weather assistant over OpenAI's API: tools, images, streams and embeddings."""

from __future__ import annotations

import json
from typing import assert_type

from openai_api import OpenAIClient, RequestError
from openai_api.models import (
    ChatCompletionRequestSystemMessage,
    CreateChatCompletionResponse,
    CreateChatCompletionStreamResponse,
)
from openai_api.operations import chat as operations
from openai_api.params import (
    ChatCompletionRequestMessageParams,
    ChatCompletionRequestUserMessageParams,
    ChatCompletionToolParams,
)

WEATHER: ChatCompletionToolParams = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
        "strict": True,
    },
}
TYPO: ChatCompletionRequestUserMessageParams = {"role": "user", "contnet": "a"}  # error: contnet


def temperature(arguments: str) -> str:
    return json.dumps({"city": json.loads(arguments)["city"], "celsius": 21})


def ask(client: OpenAIClient, question: str) -> str | None:
    messages: list[ChatCompletionRequestMessageParams] = [
        ChatCompletionRequestSystemMessage(content="Be brief."),
        {"role": "user", "content": question},
    ]
    first = client.chat.create_completion(
        model="gpt-5", messages=messages, tools=[WEATHER], tool_choice="auto"
    )
    assert_type(first, CreateChatCompletionResponse)
    answer = first.choices[0].message
    for call in answer.tool_calls or []:
        messages.append({"role": "assistant", "content": answer.content, "tool_calls": [call]})
        output = temperature(call.function.arguments)
        messages.append({"role": "tool", "content": output, "tool_call_id": call.id})
    second = client.chat.create_completion(model="gpt-5", messages=messages)
    return second.choices[0].message.content


def describe(client: OpenAIClient, url: str) -> str:
    stream = client.chat.create_completion(
        model="gpt-5",
        messages=[
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "What is this?"},
                    {"type": "image_url", "image_url": {"url": url, "detail": "low"}},
                ],
            }
        ],
        tool_choice={"type": "function", "function": {"name": "get_weather"}},
        stream=True,
    )
    text = ""
    for chunk in stream:
        assert_type(chunk, CreateChatCompletionStreamResponse)
        text += chunk.choices[0].delta.content or ""
    return text


def wrong(client: OpenAIClient) -> None:
    client.chat.create_completion(messages=[{"role": "user", "content": "Hi"}])  # error
    client.chat.create_completion(model="m", messages=[{"role": "usr"}])  # error
    client.embeddings.create(model="m", input_=[1])  # error


def main(base_url: str) -> list[object]:
    with OpenAIClient(api_key_auth="sk-example", base_url=base_url) as client:
        vectors = client.embeddings.create(model="text-embedding-3-small", input_=["a", "b"]).data
        results: list[object] = [
            ask(client, "Weather in Oslo?"),
            describe(client, "https://x.test/a"),
        ]
        results.append([vector.embedding for vector in vectors])
        for message in (TYPO, {"role": "usr", "content": "a"}):
            try:
                client.call(
                    operations.CREATE_COMPLETION, body={"model": "m", "messages": [message]}
                )
            except RequestError as error:
                results.append(str(error))
    return results
